/** Makes a node fail on request, so that tests meet real faults. All faults are off without `--faults`. */
import { createServer, type Server } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import * as z from 'zod';
import { writeSome, type WriteSome } from '../files/whole.ts';
import { HALT_REASONS } from './vocabulary.ts';

const faultsSchema = z.strictObject({
  /** Answer nobody until the fault is switched off. */
  pause: z.boolean().default(false),
  /** Cut the node off from its peers in the given directions: `outgoing` sends nothing, `incoming` accepts nothing. */
  cut: z.enum(['none', 'outgoing', 'incoming', 'both']).default('none'),
  /**
   * The state of the disk: `full` accepts as many bytes as fit and then none, as a real disk does; `failing` refuses
   * fsync.
   */
  disk: z.enum(['works', 'full', 'failing']).default('works'),
  /** How many bytes a full disk still accepts, over all files together. */
  disk_room: z.number().int().min(0).default(0),
  /** Extra milliseconds for each fsync of the log. */
  slow_fsync_ms: z.number().int().min(0).max(60_000).default(0),
  /** What happens to answers to control requests, after the requests were executed. */
  control_answers: z.enum(['sent', 'dropped', 'garbage', 'html']).default('sent'),
  /** Extra milliseconds before answers under /v1 are sent. */
  late_ms: z.number().int().min(0).max(60_000).default(0),
  /** Do not apply durable records. */
  hold_apply: z.boolean().default(false),
  /** End the process at this crash point, as a power failure would; `name:n` means its n-th passage. */
  crash_at: z.string().nullable().default(null),
  /** Halt now, for this reason. */
  halt: z.enum(HALT_REASONS).nullable().default(null),
});
export type Faults = Readonly<z.infer<typeof faultsSchema>>;

/**
 * One process is one node, so its faults live in this module. All are off unless a flag at the start opened the admin
 * port.
 */
let current: Faults = faultsSchema.parse({});
let resume = (): void => undefined;
let paused = Promise.resolve();
let crashAt = '';
let passesLeft = 0;
let room = 0;

export function faults(): Faults {
  return current;
}

/** Resolves when the node is not paused. */
export function notPaused(): Promise<void> {
  return paused;
}

/** Arms one crash point: `name`, or `name:n` for its n-th passage. */
export function armCrash(spec: string): void {
  const [name = '', nth = '1'] = spec.split(':');
  crashAt = name;
  passesLeft = Number(nth);
}

/** Ends the process here, as a power failure would, if this crash point is armed (used to test P6-F2). */
export function crashPoint(name: string): void {
  if (name !== crashAt || --passesLeft > 0) return;
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

/** Writes as the disk's fault says: a full disk first accepts a part without an error, and only then refuses. */
export const writeToDisk: WriteSome = (handle, bytes, position) => {
  if (current.disk !== 'full') return writeSome(handle, bytes, position);
  if (room === 0)
    throw Object.assign(new Error('ENOSPC: no space left on device (a fault on request)'), { code: 'ENOSPC' });
  const taken = writeSome(handle, bytes.subarray(0, room), position);
  room -= taken;
  return taken;
};

/** Throws if the disk's fault is to fail at fsync. */
export function onFsync(): void {
  if (current.disk === 'failing') throw new Error('EIO: fsync failed (a fault on request)');
}

/** The extra wait before an fsync of the log. */
export async function slowDisk(): Promise<void> {
  if (current.slow_fsync_ms > 0) await after(current.slow_fsync_ms);
}

function set(next: Faults, changed: (faults: Faults) => void): void {
  if (next.pause && !current.pause) paused = new Promise(resolve => (resume = resolve));
  if (!next.pause) resume();
  current = next;
  room = next.disk_room;
  armCrash(next.crash_at ?? '');
  changed(next);
}

/** The loopback port for faults: `POST /faults` replaces all of them; faults that are not named are off. */
export function openAdmin(
  changed: (faults: Faults) => void,
): Promise<{ readonly server: Server; readonly url: string }> {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        try {
          if (request.method === 'POST') set(faultsSchema.parse(JSON.parse(Buffer.concat(parts).toString())), changed);
          response.end(JSON.stringify(current));
        } catch (error) {
          response.statusCode = 400;
          response.end(JSON.stringify({ error: String(error) }));
        }
      });
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        server,
        url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/faults`,
      });
    });
  });
}
