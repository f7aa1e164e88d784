/**
 * A process that inspects a cluster again and again through the control plane and says, as JSON lines, what it then
 * holds: bytes of heap after a collection, sockets, handles and listeners. Started with --expose-gc, the addresses as
 * arguments; it asks as often as each line of its input says.
 */
import { randomUUID } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ENGINES } from '../../src/engines/registry.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import type { CommandName } from '../../src/control-plane/commands/commands.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { success } from '../../src/control-plane/model/errors.ts';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';

/** What the process holds when it is at rest. */
export interface Held {
  readonly heap: number;
  readonly sockets: number;
  readonly handles: number;
  readonly listeners: number;
  readonly failed: number;
}

const COMMANDS = [
  'inspect_cluster_state',
  'inspect_replication_status',
  'inspect_promotion_state',
] as const satisfies readonly CommandName[];

function sockets(): number {
  return readdirSync(`/proc/${process.pid}/fd`).filter(fd => {
    try {
      return readlinkSync(`/proc/${process.pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // The descriptor with which the folder itself was read.
    }
  }).length;
}

/**
 * A socket that was closed is gone a moment later, on a busy machine a long one: those beyond `idle` are given time,
 * and what stays is left behind.
 */
async function held(failed: number, idle: number): Promise<Held> {
  for (const end = performance.now() + 10_000; sockets() > idle && performance.now() < end; ) await pause(20);
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return {
    heap: process.memoryUsage().heapUsed,
    sockets: sockets(),
    handles: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    failed,
  };
}

if (process.argv[1] === import.meta.filename) {
  const idle = sockets();
  const folder = temporaryFolder('aerodb-load-');
  const config = { name: 'load', kind: 'aerodb' as const, endpoints: process.argv.slice(2) };
  const plane = new ControlPlane({
    engines: ENGINES,
    audit: openAuditLog({ directory: folder }),
    clusters: {
      find: () => success(config),
      entries: () => [config],
      connect: cluster => connect(cluster, { timeouts: DEFAULT_TIMEOUTS }),
    },
    confirmer: {
      unavailable: () => undefined,
      confirm: () => Promise.resolve({ kind: 'declined', at: 'nobody is here' }),
    },
    clock: { name: 'system-utc', now: () => new Date().toISOString() },
    ids: { uuid: randomUUID },
    operator: { account: 'load', host: 'bench', name: null },
  });
  try {
    for await (const line of createInterface({ input: process.stdin })) {
      let failed = 0;
      for (let time = 0; time < Number(line); time += 1) {
        const result = await plane.execute(COMMANDS[time % COMMANDS.length] ?? COMMANDS[0], { cluster: 'load' });
        if (result.kind === 'failed') failed += 1;
      }
      process.stdout.write(`${JSON.stringify(await held(failed, idle))}\n`);
    }
  } finally {
    removeFolder(folder);
  }
}
