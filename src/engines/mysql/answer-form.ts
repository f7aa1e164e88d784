/**
 * The form of an answer to a statement in MySQL's protocol, packet by packet. mysql2 reads beyond the end of a packet,
 * takes a second answer for a part of the first, and obeys a server that asks for a local file. So only packets of one
 * whole answer reach it.
 */

/** What a packet is within the answer: a part, the end, or why it does not belong there. */
export type Step = 'more' | 'end' | { readonly wrong: string };

const OK = 0x00;
const LOCAL_INFILE = 0xfb;
const NULL = 0xfb;
const EOF = 0xfe;
const ERROR = 0xff;
const MOST_COLUMNS = 4096;
const MORE_RESULTS = 0x0008;
/** Character set, length, type, flags, decimals, filler. */
const FIXED_COLUMN_BYTES = 12;
const TEXTS_OF_A_COLUMN = 6;

/** Judges the packets of one answer in their order, each without its header. */
export function answerForm(): (packet: Buffer) => Step {
  let next = header;
  let columns = 0;
  let left = 0;

  function header(packet: Buffer): Step {
    if (packet[0] === OK) return okay(packet);
    if (packet[0] === LOCAL_INFILE) return { wrong: 'it asks for a file of this machine' };
    const count = number(packet, 0);
    if (count?.end !== packet.length || count.value > MOST_COLUMNS) return { wrong: 'its column count is not valid' };
    columns = left = count.value;
    next = column;
    return 'more';
  }

  function column(packet: Buffer): Step {
    const end = texts(packet, TEXTS_OF_A_COLUMN);
    if (end === undefined || packet[end] !== FIXED_COLUMN_BYTES || packet.length !== end + 1 + FIXED_COLUMN_BYTES)
      return { wrong: 'a column definition is malformed' };
    left -= 1;
    if (left === 0) next = endOfColumns;
    return 'more';
  }

  function endOfColumns(packet: Buffer): Step {
    next = row;
    return isEnd(packet) ? last(packet, 'more') : { wrong: 'the end of its column list is missing' };
  }

  function row(packet: Buffer): Step {
    if (isEnd(packet)) return last(packet, 'end');
    return texts(packet, columns) === packet.length ? 'more' : { wrong: 'a row is malformed' };
  }

  return packet => (packet[0] === ERROR ? errorPacket(packet) : next(packet));
}

/** The form of an error packet, which ends the current exchange: `#`, the SQLSTATE and the message. */
export function errorPacket(packet: Buffer): Step {
  return packet.length >= 9 && packet[3] === 0x23 ? 'end' : { wrong: 'its error is malformed' };
}

function okay(packet: Buffer): Step {
  const inserted = number(packet, number(packet, 1)?.end ?? packet.length)?.end;
  if (inserted === undefined || packet.length < inserted + 4) return { wrong: 'its OK is malformed' };
  return single(packet.readUInt16LE(inserted), 'end');
}

function isEnd(packet: Buffer): boolean {
  return packet[0] === EOF && packet.length === 5;
}

function last(packet: Buffer, step: Step): Step {
  return single(packet.readUInt16LE(3), step);
}

function single(status: number, step: Step): Step {
  return (status & MORE_RESULTS) === 0 ? step : { wrong: 'it has more than one result' };
}

/** Where `count` texts end, each with its length in front; `undefined` if they do not fit in the packet. */
function texts(packet: Buffer, count: number): number | undefined {
  let at = 0;
  for (let nth = 0; nth < count; nth += 1) {
    const length = packet[at] === NULL ? { value: 0, end: at + 1 } : number(packet, at);
    if (length === undefined || length.end + length.value > packet.length) return undefined;
    at = length.end + length.value;
  }
  return at;
}

/** An integer of the protocol: one byte, or 2, 3 or 8 bytes after a marker byte. */
function number(packet: Buffer, at: number): { readonly value: number; readonly end: number } | undefined {
  const first = packet[at];
  if (first === undefined || first === NULL || first === ERROR) return undefined;
  if (first < NULL) return { value: first, end: at + 1 };
  const bytes = first === 0xfc ? 2 : first === 0xfd ? 3 : 8;
  const end = at + 1 + bytes;
  if (end > packet.length) return undefined;
  return { value: bytes === 8 ? Number(packet.readBigUInt64LE(at + 1)) : packet.readUIntLE(at + 1, bytes), end };
}
