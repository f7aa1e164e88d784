/**
 * Asks a person in a terminal: shows the explanation, then asks one question for each thing that needs consent. The
 * kernel's answer to the dry run stands directly above each question.
 */
import type { ReadStream, WriteStream } from 'node:tty';
import { operatorText } from '../control-plane/commands/operator.ts';
import { refusal, type ControlError } from '../control-plane/model/errors.ts';
import { invariant } from '../control-plane/model/invariants.ts';
import type { ConfirmationAnswer, ConfirmationPrompt, Confirmer } from '../control-plane/ports.ts';
import { visible } from '../text/foreign.ts';
import { Person } from './person.ts';
import { answerLines } from './text/answer.ts';
import { clusterText, explanationText } from './text/explanation.ts';
import { facts, paragraph, type Fact } from './text/layout.ts';
import type { Paint } from './text/paint.ts';
import { known } from './text/safe.ts';

/** A step that did not end in consent. */
type Refused = Exclude<ConfirmationAnswer, { readonly kind: 'confirmed' }>;

/** One question: the text that must be typed to consent, and the name of the step in the record. */
interface Question {
  readonly told: readonly string[];
  readonly label: string;
  readonly expected: string;
  readonly at: string;
}

/** Where a person reads and answers. `output` is standard error, so that results on standard output stay apart. */
export interface Dialogue {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly paint: Paint;
  /** Whether the explanation is shown with everything unfolded. */
  readonly full: boolean;
}

export class TerminalConfirmer implements Confirmer {
  readonly #open: () => Dialogue;
  #opened: Dialogue | undefined;
  #person: Person | undefined;

  /** `open` is called only when a person is asked: a command without a question must not touch standard input. */
  constructor(open: () => Dialogue) {
    this.#open = open;
  }

  get #dialogue(): Dialogue {
    return (this.#opened ??= this.#open());
  }

  /** Refuses when nobody can read or answer a question. */
  unavailable(): ControlError | undefined {
    const { input, output } = this.#dialogue;
    const missing = [
      ...(isTerminal(input) ? [] : ['standard input']),
      ...(isTerminal(output) ? [] : ['standard error']),
    ];
    return missing.length === 0
      ? undefined
      : refusal(
          'PHASE7_NO_TERMINAL',
          'This command is confirmed by a person at a terminal, ' +
            `and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not one. Nobody was asked. ` +
            'Nothing was sent.',
        );
  }

  /** Ends the open question without consent; `false` when none is open. */
  interrupt(signal: string): boolean {
    if (this.#person?.asked !== true) return false;
    this.#person.interrupt(
      signal === 'SIGINT'
        ? { kind: 'declined', how: 'Ctrl-C' }
        : { kind: 'voided', why: `The terminal session was ended (${signal}) while the confirmation was open.` },
    );
    return true;
  }

  async confirm(prompt: ConfirmationPrompt, voided: AbortSignal): Promise<ConfirmationAnswer> {
    const { input, output, paint, full } = this.#dialogue;
    const person = new Person(input, output);
    this.#person = person;
    voided.addEventListener('abort', () => person.interrupt({ kind: 'voided', why: String(voided.reason) }), {
      once: true,
    });
    try {
      person.tell(explanationText(prompt, paint, full));
      return await this.#consent(prompt, person);
    } finally {
      person.leave();
    }
  }

  async #consent(prompt: ConfirmationPrompt, person: Person): Promise<ConfirmationAnswer> {
    const enhanced = prompt.type === 'enhanced';
    const confirmed = (typedName: string): ConfirmationAnswer => ({
      kind: 'confirmed',
      token: prompt.token,
      typedName,
      acknowledged: enhanced ? prompt.acknowledge : [],
    });
    if (enhanced) {
      for (const [index, id] of prompt.acknowledge.entries()) {
        const refused = await this.#ask(person, acknowledgement(prompt, id, index));
        if (refused !== undefined) return refused;
      }
    }
    const name = await this.#type(person, theNode(prompt));
    if (name.kind !== 'typed') return name;
    // The control plane compares the names: a wrong name ends the questions here and is refused there.
    if (name.text !== prompt.toType.text) return confirmed(name.text);
    if (enhanced) {
      const refused = await this.#ask(person, responsibility(prompt));
      if (refused !== undefined) return refused;
    }
    person.tell(['', "Confirmed. Waiting for the kernel's answer.", '']);
    return confirmed(name.text);
  }

  /** Only the exact expected text is consent. */
  async #ask(person: Person, question: Question): Promise<Refused | undefined> {
    const reply = await this.#type(person, question);
    if (reply.kind !== 'typed') return reply;
    return reply.text === question.expected
      ? undefined
      : { kind: 'declined', at: `${question.at}: another text was typed` };
  }

  /** An empty line declines: Enter alone never confirms. */
  async #type(
    person: Person,
    { told, label, at }: Question,
  ): Promise<Refused | { readonly kind: 'typed'; readonly text: string }> {
    const [title = '', ...rest] = told;
    person.tell(['', this.#dialogue.paint.strong(title), ...rest]);
    const reply = await person.ask(`${label}> `);
    switch (reply.kind) {
      case 'voided':
        return reply;
      case 'declined':
        return { kind: 'declined', at: `${reply.how} at ${at}` };
      case 'line':
        return reply.text === ''
          ? { kind: 'declined', at: `an empty line at ${at}` }
          : { kind: 'typed', text: reply.text };
    }
  }
}

function acknowledgement({ explanation, acknowledge }: ConfirmationPrompt, id: string, index: number): Question {
  const { name, text } = invariant(id);
  const checks = explanation.kernel?.checks.filter(check => check.invariant === id) ?? [];
  const what = explanation.kernel?.decision === null ? 'Not checked by the engine,' : 'Overridden invariant';
  return {
    told: [
      ...paragraph(`${what} ${index + 1} of ${acknowledge.length}: ${visible(id)} ${visible(name)}`),
      ...paragraph(visible(text), 2),
      ...facts(
        checks.flatMap((check): readonly Fact[] => [
          ['Check', `${known(check.id)} (${check.result})`],
          ['Observed', known(check.observed)],
          ['Kernel', known(check.message)],
        ]),
      ),
      ...paragraph('Your own assertion stands in for this check, and for nothing else.', 2),
      ...answerLines(explanation),
      ...paragraph(`Typing "${visible(id)}" acknowledges it. Anything else ends this, and nothing is sent.`),
    ],
    label: 'invariant',
    expected: id,
    at: `the acknowledgement of ${id}`,
  };
}

function theNode({ explanation, toType: { what, text: expected } }: ConfirmationPrompt): Question {
  return {
    told: [
      ...paragraph(`${clusterText(explanation.cluster)}: ${explanation.title}`),
      ...paragraph(visible(explanation.action), 2),
      ...(what === 'id'
        ? paragraph(
            'The name of this node holds characters that cannot be typed, or another node has the same name, so its ' +
              'id is asked for.',
          )
        : []),
      ...answerLines(explanation),
      ...paragraph(
        `Typing the ${what} of the node, "${visible(expected)}", confirms it. Anything else ends this, and ` +
          'nothing is sent.',
      ),
    ],
    label: 'node',
    expected,
    at: `the ${what} of the node`,
  };
}

function responsibility({ explanation, operator }: ConfirmationPrompt): Question {
  return {
    told: [
      ...paragraph(`Responsibility for this forced promotion passes to ${visible(operatorText(operator))}.`),
      ...paragraph(
        'It is recorded under this name, with the ' +
          `reason: ${explanation.reason === null ? 'none' : visible(explanation.reason)}`,
        2,
      ),
      ...paragraph('Exactly one request is sent. The kernel decides.', 2),
      ...answerLines(explanation),
      ...paragraph(
        `Typing the account, "${visible(operator.account)}", takes it. Anything else ends this, and nothing is sent.`,
      ),
    ],
    label: 'account',
    expected: operator.account,
    at: 'taking responsibility',
  };
}

function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}
