/** What a client has sent to a MySQL server, from the bytes that passed a proxy. */
import assert from 'node:assert/strict';

const HEADER_BYTES = 4;
const QUERY = 3;
const QUIT = 1;
/** In front of a statement: that it has no attributes. */
const NO_ATTRIBUTES = Buffer.from([0, 1]);

interface Packet {
  readonly begins: number;
  readonly sequence: number;
  readonly content: Buffer;
}

function packetsOf(bytes: Buffer): readonly Packet[] {
  const packets: Packet[] = [];
  for (let begins = 0; begins < bytes.length; ) {
    const length = bytes.readUIntLE(begins, 3);
    const content = bytes.subarray(begins + HEADER_BYTES, begins + HEADER_BYTES + length);
    assert.equal(content.length, length, 'a packet is not whole');
    packets.push({ begins, sequence: bytes[begins + 3] ?? 0, content });
    begins += HEADER_BYTES + length;
  }
  return packets;
}

/** The statements of a whole connection without TLS. Whatever else begins a command fails the test. */
export function statementsIn(bytes: Buffer): readonly string[] {
  const commands = packetsOf(bytes).filter(({ sequence }) => sequence === 0);
  return commands.flatMap(({ content }) => {
    if (content[0] === QUIT && content.length === 1) return [];
    assert.equal(content[0], QUERY, `command ${content[0] ?? -1}`);
    assert.deepEqual(content.subarray(1, 3), NO_ATTRIBUTES);
    return [content.subarray(3).toString()];
  });
}

/** Where the one statement of a connection begins, its header included, and ends. */
export function statementAt(bytes: Buffer): { readonly begins: number; readonly ends: number } {
  const found = packetsOf(bytes).find(({ sequence, content }) => sequence === 0 && content[0] === QUERY);
  assert.ok(found !== undefined, 'no statement');
  return { begins: found.begins, ends: found.begins + HEADER_BYTES + found.content.length };
}
