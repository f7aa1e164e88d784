/** The prompt of a rehearsal, in the terminal in which the cluster runs. */
import { createInterface } from 'node:readline';
import type { Rehearsal } from './rehearsal.ts';
import { messageOf } from './vocabulary.ts';

/** Asks for lines until the person ends it (`quit`, Ctrl-C, Ctrl-D), or the terminal is gone. */
export function prompt(rehearsal: Rehearsal, end: () => void): void {
  const say = (text: string): boolean => process.stdout.write(text === '' ? '' : `${text}\n`);
  // If the terminal is gone, output fails; the nodes must still be ended.
  process.stdout.on('error', () => undefined);
  say(`A local cluster to rehearse failures on. Its data lies in ${rehearsal.data}.\n`);
  say(rehearsal.describe());
  say('\nType help for what can be done to its nodes. Ctrl-C, or closing this terminal, ends all of them.\n');
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: 'rehearsal> ' });
  let turn = Promise.resolve();
  let hasEnded = false;
  const isOver = (): boolean => hasEnded;
  lines.on('line', line => {
    // One command after the other: a line typed meanwhile waits, and is dropped if the end comes first.
    turn = turn.then(async () => {
      if (isOver()) return;
      const answer = await rehearsal.run(line).catch(messageOf);
      if (answer === null) {
        lines.close();
        return;
      }
      say(answer);
      if (!isOver()) lines.prompt();
    });
  });
  lines.once('SIGINT', () => lines.close());
  lines.once('close', () => {
    hasEnded = true;
    say('\nEnding the nodes.');
    end();
  });
  lines.prompt();
}
