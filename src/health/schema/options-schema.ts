import { X509Certificate } from 'node:crypto';
import * as z from 'zod/mini';
import { wholeNumber } from '../../input.ts';

/** The target unless another is set: small, fast, reachable everywhere, and made for such uses. */
export const DEFAULT_TARGET_URL = 'https://example.com/';

const MAX_URL_LENGTH = 2048;
const MAX_CA_LENGTH = 1024 * 1024;
const MAX_BODY_TEXT = 1024;

const flag = z.boolean({ error: 'must be true or false' });
const text = z.string({ error: 'must be a string' }).check(
  z.refine((value) => value.isWellFormed(), {
    error: 'has half of a surrogate pair, which no text in UTF-8 can have',
  }),
);
const fields = z.record(z.string(), text, { error: 'must be an object of header fields' });

const statusCodes = z
  .array(wholeNumber(200, 599), { error: 'must be a list of HTTP statuses' })
  .check(
    z.minLength(1, { error: 'must name at least one HTTP status' }),
    z.maxLength(32, { error: 'must name at most 32 HTTP statuses' }),
    z.refine((codes) => new Set(codes).size === codes.length, {
      error: 'must name each HTTP status once',
    }),
  );

const url = text.check(
  z.refine((value) => refuseUrl(value) === null, {
    error: (issue) => refuseUrl(String(issue.input)) ?? '',
  }),
);

const certificates = text.check(
  z.maxLength(MAX_CA_LENGTH, { error: `must have at most ${MAX_CA_LENGTH} characters` }),
  z.refine((value) => isPem(value), {
    error: 'must be PEM certificates ("-----BEGIN CERTIFICATE-----" …)',
  }),
);

/** The options of a health check as they come in; any field may be left out. */
export const healthCheckOptionsSchema = z.strictObject(
  {
    targetUrl: z._default(url, DEFAULT_TARGET_URL),
    timeoutMs: z._default(wholeNumber(100, 30_000, 'milliseconds'), 5000),
    attempts: z._default(wholeNumber(1, 5), 1),
    expectedStatusCodes: z._default(statusCodes, [200]),
    slowThresholdMs: z._default(wholeNumber(1, 30_000, 'milliseconds'), 2000),
    headers: z._default(fields, {}),
    proxyHeaders: z._default(fields, {}),
    allowRedirects: z._default(flag, true),
    verifyTls: z._default(flag, true),
    verifyProxyTls: z._default(flag, true),
    ca: z.optional(certificates),
    bodyIncludes: z.optional(
      text.check(
        z.minLength(1, { error: 'must not be empty' }),
        z.maxLength(MAX_BODY_TEXT, { error: `must have at most ${MAX_BODY_TEXT} characters` }),
      ),
    ),
    maxBodyBytes: z._default(wholeNumber(1, 1024 * 1024, 'bytes'), 64 * 1024),
    resumeTls: z._default(flag, false),
  },
  'must be an object of options',
);

function refuseUrl(value: string): string | null {
  if (value.length > MAX_URL_LENGTH) return `must have at most ${MAX_URL_LENGTH} characters`;
  const parsed = URL.parse(value);
  if (!parsed || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    return 'must be an absolute URL that begins with http:// or https://';
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return 'must not hold a user name or password; send them in headers as "authorization"';
  }
  return null;
}

function isPem(value: string): boolean {
  // That is another fault.
  if (value.length > MAX_CA_LENGTH) return true;
  const blocks = value.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    return false;
  }
  return blocks.length > 0;
}
