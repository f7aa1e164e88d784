/**
 * Holding an explanation to what happened, whatever the engine. A sentence belongs to exactly one claim: one that
 * belongs to none is a sentence that nobody holds to account.
 */
import { sentencesOf, type Explained } from './explained.ts';

/** What is known of one pair: named parts of the sentence, what was explained, and what happened. */
export interface Case<Seen> {
  readonly part: Readonly<Record<string, string>>;
  readonly explained: Explained;
  readonly seen: Seen;
}

/** One thing that sentences say. */
export interface Claim<Seen> {
  readonly id: string;
  readonly pattern: RegExp;
  /** Whether the claim could have been contradicted by what happened here. */
  readonly tried: (at: Case<Seen>) => boolean;
  /** What contradicts it, in words; nothing where it holds. */
  readonly contradicted: (at: Case<Seen>) => string | undefined | false;
}

/** What became of an explanation. */
export interface Verdict {
  /** Everything in it that the cluster contradicts, in words. */
  readonly contradictions: readonly string[];
  /** The claims that could have been contradicted by what happened. */
  readonly tried: readonly string[];
}

/**
 * A pattern of a whole sentence. `{name}` is a quoted member, `{name:…}` what the expression after the colon matches;
 * all else stands for itself.
 */
export function patternOf(sentence: string): RegExp {
  const pattern = sentence
    .split(/(\{\w+(?::[^}]*)?\})/u)
    .map(piece => {
      const [, name, expression] = /^\{(\w+)(?::([^}]*))?\}$/u.exec(piece) ?? [];
      if (name === undefined) return piece.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&');
      return expression === undefined ? `"(?<${name}>[^"]+)"` : `(?<${name}>${expression})`;
    })
    .join('');
  return new RegExp(`^${pattern}$`, 'u');
}

/** Holds every sentence of an explanation to what happened. */
export function holdSentences<Seen>(all: readonly Claim<Seen>[], explained: Explained, seen: Seen): Verdict {
  const tried: string[] = [];
  const contradictions = sentencesOf(explained).flatMap(({ place, text }) => {
    const claims = all.filter(({ pattern }) => pattern.test(text));
    const [claim] = claims;
    if (claim === undefined) return [`${place}: a sentence that nobody holds to account: ${text}`];
    if (claims.length > 1)
      return [
        `${place}: a sentence with ${claims.length} meanings (${claims.map(({ id }) => id).join(', ')}): ${text}`,
      ];
    const at: Case<Seen> = { part: claim.pattern.exec(text)?.groups ?? {}, explained, seen };
    if (claim.tried(at)) tried.push(claim.id);
    const contradiction = claim.contradicted(at);
    return contradiction === undefined || contradiction === false ? [] : [`${place}: ${text} — ${contradiction}`];
  });
  return { contradictions, tried };
}

/** Holds one fact to what was there; `undefined`: nobody knows what it has to be. */
export function holdFact(
  { name, value }: Explained['facts'][number],
  is: string | RegExp | undefined,
): readonly string[] {
  if (is === undefined) return [`fact: nobody holds this to account: ${name}: ${value}`];
  return (typeof is === 'string' ? is === value : is.test(value))
    ? []
    : [`fact: ${name}: ${value} — it is ${String(is)}`];
}
