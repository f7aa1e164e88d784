/** Searches the files that an editor left on disk. */
import { contentsBelow } from '../../support/canary.ts';

/** The files below a folder that contain a text. */
export function filesWith(folder: string, text: string): readonly string[] {
  return [...contentsBelow(folder)].flatMap(([file, content]) => (content.includes(text) ? [file] : []));
}
