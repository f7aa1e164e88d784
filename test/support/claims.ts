/**
 * Compares an explanation with what really happened, for every engine. Each sentence must belong to exactly one claim:
 * a sentence without a claim would never be checked.
 */
import { sentencesOf, type Explained } from './explained.ts';

/** One explanation and its execution: named parts of the sentence, what was explained, and what happened. */
export interface Case<Seen> {
  readonly part: Readonly<Record<string, string>>;
  readonly explained: Explained;
  readonly seen: Seen;
}

/** A statement that sentences make. */
export interface Claim<Seen> {
  readonly id: string;
  readonly pattern: RegExp;
  /** Whether the claim could have been contradicted by what happened here. */
  readonly tried: (at: Case<Seen>) => boolean;
  /** What contradicts the claim, in words; nothing when the claim holds. */
  readonly contradicted: (at: Case<Seen>) => string | undefined | false;
}

/** The result for one explanation. */
export interface Verdict {
  /** Every statement in it that the cluster contradicts, in words. */
  readonly contradictions: readonly string[];
  /** The claims that could have been contradicted by what happened. */
  readonly tried: readonly string[];
}

/**
 * Makes a pattern of a whole sentence. `{name}` matches a quoted member, `{name:…}` matches the expression after the
 * colon; all other text matches itself.
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

/** Compares every sentence of an explanation with what happened. */
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

/** Compares one fact with what was there; `undefined` means that no expected value is known. */
export function holdFact(
  { name, value }: Explained['facts'][number],
  is: string | RegExp | undefined,
): readonly string[] {
  if (is === undefined) return [`fact: nobody holds this to account: ${name}: ${value}`];
  return (typeof is === 'string' ? is === value : is.test(value))
    ? []
    : [`fact: ${name}: ${value} — it is ${String(is)}`];
}
