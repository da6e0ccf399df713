import type { InputIssue } from '../../errors.ts';
import { pointerTo } from '../../input.ts';

/** RFC 9110, section 5.6.2: the characters of a field name. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5, without obs-text: visible ASCII, with spaces and tabs only inside. */
const FIELD_VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$|^$/;

/** Far below the 16 KiB that servers accept for a whole header. */
const MAX_FIELDS = 64;
const MAX_VALUE_LENGTH = 4096;

/** Fields that the caller may not set, each with the reason. */
const RESERVED: Readonly<Record<string, string>> = {
  host: 'follows from targetUrl',
  connection: 'is set by Lighthouse, which uses each connection once',
  'keep-alive': 'is set by Lighthouse, which uses each connection once',
  'proxy-connection': 'is set by Lighthouse, which uses each connection once',
  'content-length': 'cannot be sent: a probe is a GET without a body',
  'transfer-encoding': 'cannot be sent: a probe is a GET without a body',
  trailer: 'cannot be sent: a probe is a GET without a body',
  te: 'cannot be sent: a probe is a GET without a body',
  expect: 'cannot be sent: a probe is a GET without a body',
  upgrade: 'cannot be sent: a probe speaks HTTP/1.1 throughout',
  'http2-settings': 'cannot be sent: a probe speaks HTTP/1.1 throughout',
  'proxy-authorization': "is made from the user name and password in the proxy's URL",
};

/** Yields what is wrong with header fields, never repeating a value, since it may be secret. */
export function* headerIssues(
  fields: Readonly<Record<string, string>>,
  pointer: string,
): Generator<InputIssue> {
  const names = Object.keys(fields);
  if (names.length > MAX_FIELDS) {
    yield { pointer, detail: `has ${names.length} fields; at most ${MAX_FIELDS} can be sent` };
  }
  const seen = new Set<string>();
  for (const name of names) {
    const at = pointerTo([name], pointer);
    const detail = refuseName(name, seen) ?? refuseValue(fields[name] ?? '');
    if (detail !== null) yield { pointer: at, detail };
    seen.add(name.toLowerCase());
  }
}

function refuseName(name: string, seen: ReadonlySet<string>): string | null {
  if (!FIELD_NAME.test(name)) {
    return "is not a header field name (letters, digits and !#$%&'*+-.^_`|~ only)";
  }
  const lowerCase = name.toLowerCase();
  if (seen.has(lowerCase)) return 'is given twice, in different spellings';
  const reason = Object.hasOwn(RESERVED, lowerCase) ? RESERVED[lowerCase] : undefined;
  return reason === undefined ? null : `may not be set: it ${reason}`;
}

function refuseValue(value: string): string | null {
  if (value.length > MAX_VALUE_LENGTH) {
    return `has a value of ${value.length} characters; at most ${MAX_VALUE_LENGTH} can be sent`;
  }
  if (FIELD_VALUE.test(value)) return null;
  return 'has a value with a character that cannot be sent: printable ASCII only, no spaces at the ends';
}
