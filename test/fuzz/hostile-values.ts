import type { Random } from '../support/random.ts';

/** Names that a plain object, `JSON.stringify`, `await` or DynamoDB's client sees something in. */
const NAMES = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...['prototype', 'then', 'toJSON', 'length', 'name', 'message', 'code', 'status', 'statusCode'],
  ...['N', 'S', 'M', 'NULL', '$unknown', '#u0', ':u0', '0', '-1', '', ' ', 'a/b', 'a~b', 'ä'],
] as const;

/** Texts that some layer or other reads in a way of its own. */
const TEXTS = [
  ...['\0', 'a\0b', '\ud800', 'x\udc00', '\u202e', '\ufeff', '\r\nset-cookie: a=b', '\u2028'],
  ...['.', '..', '../pools', '%2e%2e', '%', '%zz', '%ff', '%00', '/', '\\', '?', '#', '&', '='],
  ...['null', 'undefined', 'NaN', '-0', '1e309', '0x10', '٣', 'İ', 'ſ', '\u212a', '😀'],
  ...['<script>', "' OR 1=1 --", '{{7*7}}', '__proto__[x]', 'constructor.prototype', '*', '***'],
  ...['fleet', 'Fleet', 'active', 'banned', 'http://', 'https://a:b@c.example/', 'localhost'],
] as const;

/** JSON that is no JSON, or that readers disagree about. */
const RAW_JSON = [
  ...[
    '1e400',
    '-1e400',
    '1e-400',
    '1e-200',
    '5e-324',
    '-0',
    '01',
    '.5',
    '1.',
    '9'.repeat(400),
    '0.1e1',
    'Infinity',
  ],
  ...['NaN', 'undefined', "'x'", '"\\ud800"', '"\\u0000"', '"\\x41"', '"\n"', '[,]', '[1,]', '{,}'],
  ...['{"a":1,}', '{"a" 1}', '{a:1}', '[1 2]', '"', '{', '[', ']', 'nul', 'true false', '\ufeff1'],
] as const;

/** A text that means trouble, or a long run of one. */
export function hostileText(random: Random): string {
  const text = random.chance(0.4) ? random.pick(NAMES) : random.pick(TEXTS);
  return random.chance(0.1) ? text.repeat(random.between(1, 3_000)) : text;
}

/** A name for a field. */
export function hostileName(random: Random): string {
  return random.chance(0.8) ? random.pick(NAMES) : hostileText(random);
}

/** A value as JSON text: of any type, size and depth, or not quite JSON. */
export function hostileJson(random: Random, depth = 0): string {
  if (random.chance(0.15)) return random.pick(RAW_JSON);
  if (random.chance(0.02)) return nested(random);
  const kind = random.between(0, depth > 3 ? 4 : 6);
  if (kind === 0) return JSON.stringify(hostileText(random));
  if (kind === 1) return String(random.pick([0, -1, 1, 1.5, 2 ** 31, 2 ** 53, 1e21, 1e308]));
  if (kind === 2) return random.pick(['true', 'false', 'null']);
  if (kind === 3) return random.pick(['{}', '[]', '""', '[null]', '[[]]']);
  const parts = Array.from({ length: random.between(0, 5) }, () => hostileJson(random, depth + 1));
  if (kind === 4) return `[${parts.join()}]`;
  return `{${parts.map((part) => `${hostileKey(random)}:${part}`).join()}}`;
}

/** A field's name as JSON text; a part of it may be escaped. */
export function hostileKey(random: Random): string {
  const key = JSON.stringify(hostileName(random));
  return random.chance(0.2) ? key.replace('_', '\\u005f').replace('c', '\\u0063') : key;
}

function nested(random: Random): string {
  const depth = random.between(30, 20_000);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"__proto__":', '}]'],
  ] as const);
  const ending = random.chance(0.7) ? close.repeat(depth) : '';
  return `${open.repeat(depth)}1${ending}`;
}
