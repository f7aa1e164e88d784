/**
 * One exchange, ended at every one of its bytes, and answers that are bombs or lies: what is claimed afterwards, and
 * how much it cost.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Kernel } from '../../src/control-plane/ports.ts';
import {
  answeringBytes,
  bent,
  closeAll,
  jsonBytes,
  kernelServer,
  parseRequest,
  rawServer,
  truthful,
  type Received,
} from '../support/servers.ts';
import {
  clusterOf,
  CONTROLS,
  envelope,
  errorOf,
  executed,
  PATIENT,
  kernelOf,
  N1,
  N2,
  N3,
  READS,
  valueOf,
  type Wire,
} from '../support/wire.ts';

const MiB = 1024 * 1024;
const OPERATIONS = { readCluster: READS.readCluster, promote: CONTROLS.promote, demote: CONTROLS.demote } as const;
type Operation = keyof typeof OPERATIONS;

/** A truthful answer in each framing that HTTP/1.1 knows. */
const FRAMINGS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  'with a length': body =>
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`),
      body,
    ]),
  chunked: body =>
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: ` +
          `chunked\r\n\r\n${body.length.toString(16)}\r\n`,
      ),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
  'until the end': body =>
    Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n'), body]),
};

/** A server whose next connection goes as `answer` says, and which counts connections and whole requests. */
async function counting(
  answer: (socket: Socket, request: Received) => void,
): Promise<{ readonly url: string; readonly seen: { connections: number; requests: number } }> {
  const seen = { connections: 0, requests: 0 };
  const { url } = await rawServer(socket => {
    seen.connections += 1;
    let text = '';
    socket.on('data', chunk => {
      text += chunk.toString('latin1');
      const request = parseRequest(text);
      if (request === undefined) return;
      text = '';
      seen.requests += 1;
      answer(socket, request);
    });
  });
  return { url, seen };
}

describe('an exchange', function () {
  this.timeout(60_000);
  afterEach(closeAll);

  for (const [framing, frame] of Object.entries(FRAMINGS)) {
    it(
      `also P7-E2: an answer ${framing}, closed or reset at every one of its bytes: unknown for control, no view of ` +
        'a read, and nothing is sent twice',
      async () => {
        const cut = { at: 0, reset: false, length: 0 };
        const { url, seen } = await counting((socket, request) => {
          const bytes = frame(Buffer.from(JSON.stringify(truthful(N2, request).value)));
          cut.length = bytes.length;
          socket.write(bytes.subarray(0, cut.at), () => (cut.reset ? socket.resetAndDestroy() : socket.end()));
        });
        const kernel = await kernelOf(clusterOf([url]));
        const exchange = async (operation: Operation): Promise<{ readonly ok: boolean; readonly outcome: string }> => {
          Object.assign(seen, { connections: 0, requests: 0 });
          const result = await OPERATIONS[operation](kernel, N2, url);
          assert.deepEqual(seen, { connections: 1, requests: 1 }, `${operation} at byte ${cut.at}`);
          return { ok: result.ok, outcome: result.ok ? 'executed' : `${result.error.domain}, ${result.error.outcome}` };
        };
        for (const operation of framing === 'with a length'
          ? (['readCluster', 'promote', 'demote'] as const)
          : (['demote'] as const)) {
          for (const reset of framing === 'chunked' ? [false] : [false, true]) {
            cut.reset = reset;
            cut.at = 0;
            do {
              const { ok, outcome } = await exchange(operation);
              assert.equal(
                outcome,
                `TRANSPORT_ERROR, ${operation === 'readCluster' ? 'not_executed' : 'unknown'}`,
                `${operation} at byte ${cut.at}, ${ok}`,
              );
              cut.at += 1;
            } while (cut.at < (framing === 'chunked' ? cut.length - 5 : cut.length));
          }
          cut.at = cut.length;
          cut.reset = false;
          assert.equal((await exchange(operation)).ok, true, 'the whole answer is one');
        }
      },
    );
  }

  it(
    'also P7-E2: a request of which the other side has read any number of bytes before it resets: unknown, one ' +
      'connection, never a second',
    async () => {
      let wanted = 0;
      let connections = 0;
      let length = 0;
      const { url } = await rawServer(socket => {
        connections += 1;
        socket.pause();
        socket.on('readable', () => {
          length = Math.max(length, socket.readableLength);
          if (socket.readableLength < Math.max(wanted, 1)) return;
          socket.read(wanted);
          socket.resetAndDestroy();
        });
      });
      const kernel = await kernelOf(clusterOf([url]));
      for (const operation of ['promote', 'demote'] as const) {
        wanted = 0;
        length = 0;
        do {
          connections = 0;
          const error = errorOf(await CONTROLS[operation](kernel, N2, url));
          assert.equal(
            `${error.code}, ${error.outcome}`,
            'PHASE7_TRANSPORT_FAILURE, unknown',
            `${operation} at byte ${wanted}`,
          );
          assert.equal(connections, 1);
          wanted += 1;
        } while (wanted <= length);
        assert.ok(wanted > 300, `${wanted} bytes of a request`);
      }
    },
  );

  it('also P7-F1: a compressed bomb is refused unopened, whatever says that it is compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(512 * MiB, 0x20), { level: 1 });
    for (const headers of [
      ['content-encoding: gzip'],
      ['content-encoding: gzip, gzip'],
      ['content-encoding: x-gzip'],
      ['transfer-encoding: gzip'],
    ]) {
      const head = [
        'HTTP/1.1 200 OK',
        'content-type: application/json',
        ...headers,
        ...(headers[0]?.startsWith('content') === true ? [`content-length: ${bomb.length}`] : []),
        '',
        '',
      ].join('\r\n');
      const server = await answeringBytes(() => Buffer.concat([Buffer.from(head), bomb]));
      const kernel = await kernelOf(clusterOf([server.url]));
      const before = process.memoryUsage().rss;
      assert.equal(errorOf(await kernel.readCluster()).code, 'PHASE7_INVALID_KERNEL_RESPONSE', headers.join());
      const control = errorOf(await CONTROLS.promote(kernel, N2, server.url));
      assert.equal(control.outcome, 'unknown');
      assert.ok(
        process.memoryUsage().rss - before < 100 * MiB,
        `${headers.join()}: ${(process.memoryUsage().rss - before) / MiB} MiB`,
      );
      assert.equal(server.received.length, 2);
    }
  });

  it(
    'also P7-E2: 100 MB, an endless body and a slow drip as the answer to a control request: unknown, once, given ' +
      'up at the limit or in time',
    async () => {
      const endings: Readonly<Record<string, (socket: Socket) => void>> = {
        '100 MB': socket => void pour(socket, `content-length: ${100 * MiB}`, 64 * 1024),
        endless: socket => void pour(socket, 'transfer-encoding: chunked', 64 * 1024),
        'a drip': socket => void pour(socket, 'content-length: 1000', 1),
      };
      for (const [what, answer] of Object.entries(endings)) {
        const { url, seen } = await counting(answer);
        const started = performance.now();
        const error = errorOf(
          await CONTROLS.demote(
            await kernelOf(clusterOf([url]), undefined, { ...PATIENT, controlMs: what === 'a drip' ? 2_000 : 20_000 }),
            N2,
            url,
          ),
        );
        assert.equal(error.outcome, 'unknown', what);
        assert.match(
          error.message,
          what === 'a drip'
            ? /no complete answer within 2000 ms/
            : /the answer is larger than 1048576 bytes|is not HTTP/,
          what,
        );
        assert.deepEqual(seen, { connections: 1, requests: 1 }, what);
        assert.ok(performance.now() - started < 15_000, what);
      }
    },
  );

  it(
    'also P7-E2: an "executed" whose control version does not follow the one it was conditional on contradicts ' +
      'itself: unknown',
    async () => {
      for (const [version, proven] of [
        ['0', false],
        ['16', false],
        ['17', false],
        ['18', true],
        ['18446744073709551615', true],
      ] as const) {
        const server = await kernelServer(N2, {}, request =>
          bent(truthful(N2, request), ({ data }) => {
            data['control_version'] = version;
          }),
        );
        const result = await CONTROLS.promote(await kernelOf(clusterOf([server.url])), N2, server.url);
        assert.equal(result.ok, proven, version);
        if (!result.ok)
          assert.match(
            `${result.error.outcome}: ${result.error.message}`,
            /^unknown: .*control version (?:0|16|17), which is not after 17/,
          );
        assert.equal(server.received.length, 1);
      }
    },
  );

  it(
    'also P7-A3: a kernel that names two primaries is shown as it says, whole; a role that does not exist refuses ' +
      'the whole view',
    async () => {
      let role = 'primary';
      const server = await kernelServer(N1, {}, request =>
        bent(truthful(N1, request), ({ data }) => {
          const second = (data['members'] as Wire[] | undefined)?.[1];
          if (second !== undefined) second['role'] = role;
        }),
      );
      const kernel: Kernel = await kernelOf(clusterOf([server.url]));
      const { view } = valueOf(await kernel.readCluster());
      assert.deepEqual(
        [view.primaryId, ...view.members.map(member => member.role)],
        [N1, 'primary', 'primary', 'replica'],
      );
      role = 'leader';
      const error = errorOf(await kernel.readCluster());
      assert.equal(`${error.code}, ${error.outcome}`, 'PHASE7_INVALID_KERNEL_RESPONSE, not_executed');
      assert.match(error.message, /data\.members\.1\.role/);
    },
  );

  it(
    'also P7-E2: an answer that was there before the request is the answer to another one: no proof, and no second ' +
      'connection',
    async () => {
      const early = jsonBytes(200, envelope(N2, executed('promotion', N3, N2)));
      let connections = 0;
      const { url } = await rawServer(socket => {
        connections += 1;
        socket.write(early);
        socket.resume();
      });
      const result = await CONTROLS.promote(await kernelOf(clusterOf([url])), N2, url);
      assert.equal(result.ok ? 'executed' : result.error.outcome, 'unknown');
      assert.equal(connections, 1);
    },
  );
});

async function pour(socket: Socket, framing: string, bytes: number): Promise<void> {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`);
  const body = Buffer.alloc(bytes, 0x20);
  const piece = framing.startsWith('transfer')
    ? Buffer.concat([Buffer.from(`${bytes.toString(16)}\r\n`), body, Buffer.from('\r\n')])
    : body;
  while (!socket.destroyed) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
    if (bytes === 1) await new Promise(resolve => setTimeout(resolve, 5));
  }
}
