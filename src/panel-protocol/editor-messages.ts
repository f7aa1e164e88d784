/** Every message from the editor to a panel, which checks every member. 64-bit values are decimal strings. */
import { auditMessage, type AuditMessage } from './audit.ts';
import { hasParts, partsOf } from './parts.ts';
import { showPanel, type ShowPanel } from './panels.ts';
import { reconstructionMessage, type ReconstructionMessage } from './reconstruction.ts';

/** A message from the editor. */
export type EditorMessage = ShowPanel | AuditMessage | ReconstructionMessage;

/** A message from the editor with an invalid form. `at` is the path of the first wrong member. */
export interface Malformed {
  readonly type: 'malformed';
  readonly of: keyof typeof FORMS;
  readonly at: string;
}

const FORMS = { show: showPanel, audit: auditMessage, reconstruction: reconstructionMessage } as const;

/**
 * Parses a message to a panel. Returns `undefined` for a message of another type, which is not meant for panels. Calls
 * `pause` after each part of a message with long lists: checking ten thousand members takes longer than a frame.
 */
export async function parseEditorMessage(
  message: unknown,
  pause: () => Promise<void>,
): Promise<EditorMessage | Malformed | undefined> {
  const of = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  if (of !== 'show' && of !== 'audit' && of !== 'reconstruction') return undefined;
  if (!hasParts(message)) {
    const parsed = FORMS[of].safeParse(message);
    return parsed.success ? parsed.data : { type: 'malformed', of, at: parsed.error.issues[0]?.path.join('.') ?? '' };
  }
  // A list has its form when all of its parts have it: no form asks for a length or compares elements.
  for (const { value, placeOf } of partsOf(message)) {
    const parsed = FORMS[of].safeParse(value);
    if (!parsed.success) return { type: 'malformed', of, at: placeOf(parsed.error.issues[0]?.path ?? []) };
    await pause();
  }
  return message as EditorMessage;
}
