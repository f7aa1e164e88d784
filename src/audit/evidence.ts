/** Reads the files attached to a bundle, and the heads of the log that they contain. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Evidence, HeldHead } from './bundle.ts';
import { causeOf } from './causes.ts';
import { isObject } from './chain.ts';
import { MAX_WRAPPED_BYTES } from './forms/form.ts';

/** The largest attached file: a bundle holds each file in one line. */
export const MAX_EVIDENCE_BYTES = 16 * 1024 * 1024;
const DECIMAL = /^[1-9][0-9]*$/;
const DIGEST = /^[0-9a-f]{64}$/;

/** Reads a file to be attached; returns a sentence if that fails. */
export async function readEvidence(file: string): Promise<Evidence | string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return `${file} is not a regular file.`;
    if (found.size > MAX_EVIDENCE_BYTES)
      return `${file} is larger than ${MAX_EVIDENCE_BYTES} bytes, the most that a bundle carries.`;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    const evidence = { name: path.basename(file), text };
    return Buffer.byteLength(JSON.stringify({ evidence })) > MAX_WRAPPED_BYTES
      ? `${file} is too long for a line of a bundle: it holds very many characters that are escaped there.`
      : evidence;
  } catch (error) {
    return error instanceof TypeError
      ? `${file} is not text in UTF-8, so a bundle cannot carry it as it is.`
      : `${file} cannot be read: ${causeOf(error)}.`;
  }
}

/** The heads of a log that the events in a file name, each once: the kernel received each with a control request. */
export function headsIn({ name, text }: Evidence): readonly HeldHead[] {
  const found = new Map<string, HeldHead>();
  for (const document of documentsIn(text)) {
    const { observed } = isObject(document) ? document : {};
    const node = isObject(observed) && typeof observed['nodeId'] === 'string' ? `${observed['nodeId']}, ` : '';
    collect(document, (seq, hash) => found.set(`${seq}:${hash}`, { seq, hash, heldBy: `${node}${name}` }));
  }
  return [...found.values()];
}

/** One JSON document, or one in each line; empty for anything else. */
function documentsIn(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    try {
      return text
        .split('\n')
        .filter(line => line.trim() !== '')
        .map(line => JSON.parse(line) as unknown);
    } catch {
      return [];
    }
  }
}

function collect(value: unknown, add: (seq: bigint, hash: string) => void): void {
  const left: unknown[] = [value];
  for (let next = left.pop(); left.length > 0 || next !== undefined; next = left.pop()) {
    // Pushed one by one: too many arguments of one call would not fit on the stack.
    if (Array.isArray(next)) for (const member of next as readonly unknown[]) left.push(member);
    if (!isObject(next)) continue;
    for (const [name, member] of Object.entries(next)) {
      if ((name === 'auditHead' || name === 'audit_head') && isObject(member)) {
        const { seq, hash } = member;
        if (typeof seq === 'string' && DECIMAL.test(seq) && typeof hash === 'string' && DIGEST.test(hash))
          add(BigInt(seq), hash);
      } else left.push(member);
    }
  }
}
