import type { Credentials } from '../../proxies/credentials.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import { textOf } from '../http/reply-head.ts';

/** The most characters kept of what a proxy says. */
const MAX_WORDS_LENGTH = 200;
/** The most characters looked at, since each costs time and the proxy chooses how many there are. */
const MAX_READ_LENGTH = 2000;
/** Shorter secrets are taken out only where they stand alone, or they would maim every word. */
const MIN_SECRET_LENGTH = 6;

/** What went over the wire in confidence, and may come back in a proxy's words. */
export interface Confidences {
  readonly credentials: Credentials | undefined;
  readonly options: Pick<HealthCheckOptions, 'headers' | 'proxyHeaders'>;
}

/**
 * Makes what a proxy says fit to be kept: printable characters on one line, at most 200 of them,
 * without the password and header values that the proxy may have echoed.
 */
export function cleanWords(words: string, confidences: Confidences): string {
  const secrets = secretsOf(confidences);
  const read = textOf(words.slice(0, MAX_READ_LENGTH));
  const safe = secrets.reduce(withoutSecret, read);
  // Where reading stops, it may stop within a secret.
  const doubtful = words.length > MAX_READ_LENGTH ? (secrets[0]?.length ?? 0) : 0;
  const whole = safe.slice(0, Math.max(0, safe.length - doubtful));
  const printable = whole.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim();
  if (printable.length <= MAX_WORDS_LENGTH) return printable;
  return `${printable.slice(0, MAX_WORDS_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Every form in which a secret may come back, the longest first. */
function secretsOf({ credentials, options }: Confidences): readonly string[] {
  const values = [...Object.values(options.headers), ...Object.values(options.proxyHeaders)];
  const secrets = values.flatMap((value) => [value, ...value.split(/[\s;,=]+/)]);
  if (credentials) {
    const { username, password } = credentials;
    secrets.push(
      password,
      encodeURIComponent(password),
      base64(`${username}:${password}`),
      base64(password),
      Buffer.from(password, 'utf8').toString('latin1'),
    );
  }
  return secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function withoutSecret(text: string, secret: string): string {
  if (!text.includes(secret)) return text;
  const literal = secret.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const pattern =
    secret.length < MIN_SECRET_LENGTH ? `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])` : literal;
  return text.replace(new RegExp(pattern, 'gu'), '***');
}
