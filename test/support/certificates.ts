/**
 * X.509 certificates made for one test run, in plain DER: no committed keys, no expiry in the repository, no openssl
 * needed.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly name: string;
}

export interface Wanted {
  readonly name: string;
  readonly issuer?: Issued;
  readonly ca?: boolean;
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const DAY = 24 * 60 * 60 * 1000;
const SEQUENCE = 0x30;
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];

/** Issues a certificate; without an issuer it signs itself. */
export function issue({
  name,
  issuer,
  ca = false,
  dns = [],
  ip = [],
  notBefore = new Date(Date.now() - DAY),
  notAfter = new Date(Date.now() + DAY),
}: Wanted): Issued {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const algorithm = der(SEQUENCE, oid(ECDSA_SHA256));
  const alternatives = [
    ...dns.map(host => der(0x82, Buffer.from(host))),
    ...ip.map(address => der(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  const extensions = [
    der(
      SEQUENCE,
      oid(BASIC_CONSTRAINTS),
      der(0x01, Buffer.from([0xff])),
      der(0x04, der(SEQUENCE, ...(ca ? [der(0x01, Buffer.from([0xff]))] : []))),
    ),
    ...(alternatives.length === 0
      ? []
      : [der(SEQUENCE, oid(SUBJECT_ALT_NAME), der(0x04, der(SEQUENCE, ...alternatives)))]),
  ];
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer?.name ?? name),
    der(SEQUENCE, time(notBefore), time(notAfter)),
    nameOf(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = sign('sha256', toBeSigned, createPrivateKey(issuer?.key ?? key));
  return { cert: pem(der(SEQUENCE, toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature))), key, name };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size =
    content.length < 0x80
      ? [content.length]
      : content.length < 0x100
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function nameOf(name: string): Buffer {
  return der(SEQUENCE, der(0x31, der(SEQUENCE, oid(COMMON_NAME), der(0x0c, Buffer.from(name)))));
}

function time(at: Date): Buffer {
  return der(0x18, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
}

function pem(content: Buffer): string {
  return (
    `-----BEGIN CERTIFICATE-----\n${(content.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ` +
    `CERTIFICATE-----\n`
  );
}
