/** Finds the first mistake in the addresses that a person typed, so that a form can name it. */
import type { Engine } from '../engine.ts';
import { isAddress, isHost } from '../model/plausible.ts';
import { endpointFromText, isLoopback } from './cluster.ts';

/**
 * The first mistake. `typed` and `write` hold only text that reads like an address, because anything else may be a
 * secret and is never repeated.
 */
export type AddressMistake =
  | { readonly kind: 'none-typed' }
  | { readonly kind: 'credentials' }
  | { readonly kind: 'no-scheme'; readonly typed: string; readonly write: string }
  | { readonly kind: 'other-scheme'; readonly scheme: string; readonly write: string }
  | { readonly kind: 'no-port'; readonly typed: string; readonly write: string }
  | { readonly kind: 'plain'; readonly typed: string; readonly write: string }
  | { readonly kind: 'query'; readonly write: string }
  | { readonly kind: 'twice'; readonly typed: string };

/** The addresses that a person typed, separated by blanks or commas. */
export function addressesIn(typed: string): readonly string[] {
  return typed.split(/[\s,]+/).filter(part => part !== '');
}

/**
 * The first mistake; `undefined` also for mistakes without their own message: the configuration's schema reports those.
 */
export function addressMistake(typed: string, engine: Pick<Engine, 'addresses'>): AddressMistake | undefined {
  const urls = addressesIn(typed).map(part => {
    const endpoint = endpointFromText(part);
    return typeof endpoint === 'string' ? endpoint : endpoint.url;
  });
  if (urls.length === 0) return { kind: 'none-typed' };
  for (const url of urls) {
    const wrong = mistakeIn(url, engine);
    if (wrong !== undefined) return wrong;
  }
  const twice = urls.find((url, index) => urls.indexOf(url) !== index);
  return twice === undefined ? undefined : { kind: 'twice', typed: twice };
}

function mistakeIn(typed: string, { addresses: { schemes } }: Pick<Engine, 'addresses'>): AddressMistake | undefined {
  if (/^(?:[a-z][a-z\d+.-]*:\/\/)?[^/]*@/iu.test(typed)) return { kind: 'credentials' };
  const names = Object.keys(schemes);
  const secure = names.find(name => schemes[name]?.isPlain === false) ?? '';
  const plain = names.find(name => schemes[name]?.isPlain === true) ?? secure;
  const [, scheme, rest = ''] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/iu.exec(typed) ?? [undefined, undefined, typed];
  const bare = rest.replace(/[?#].*$/u, '');
  const host = URL.parse(`http://${bare}`)?.hostname;
  const write = `${host !== undefined && isLoopback(host) ? plain : secure}://${bare}`;
  // Text that does not read like an address may be a secret in the wrong box. The host is checked as typed, because
  // `URL` turns it into lower case.
  const typedHost = /^\[[^\]]*\]|^[^:/]*/u.exec(bare)?.[0] ?? '';
  if (host === undefined || !isHost(typedHost) || !isAddress(write)) return undefined;
  if (scheme === undefined) return { kind: 'no-scheme', typed: bare, write };
  const own = Object.hasOwn(schemes, scheme.toLowerCase()) ? schemes[scheme.toLowerCase()] : undefined;
  if (own === undefined) return { kind: 'other-scheme', scheme, write };
  if (bare !== rest) return { kind: 'query', write: `${scheme}://${bare}` };
  if (own.isPlain && !isLoopback(host)) return { kind: 'plain', typed, write: `${secure}://${bare}` };
  if (!own.hasPath && URL.parse(typed)?.port === '')
    return { kind: 'no-port', typed, write: `${scheme}://${bare.replace(/\/.*$/u, '')}:PORT` };
  return undefined;
}
