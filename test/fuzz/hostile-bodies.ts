import { gzipSync } from 'node:zlib';
import type { KnownRouteKey } from '../../functions/api/route-keys.ts';
import { CANARY } from '../functions/support/lease-api.ts';
import type { Random } from '../support/random.ts';
import { hostileJson, hostileKey, hostileText } from './hostile-values.ts';

/** A body as it comes in an event. */
export interface SentBody {
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = {
  targetUrl: 'https://target.example/',
  timeoutMs: 1000,
  expectedStatusCodes: [200],
  headers: { authorization: CANARY },
  proxyHeaders: { 'x-key': CANARY },
  bodyIncludes: 'ok',
};
/** Every name that an object inherits, as the names of header fields. */
const INHERITED = Object.fromEntries(
  Object.getOwnPropertyNames(Object.prototype)
    .filter((name) => name !== '__proto__')
    .map((name) => [name, CANARY]),
);
const LINES = [
  `http://user:${CANARY}@8.8.4.4:8080`,
  `9.9.9.9:3128:user:${CANARY}`,
  `user:${CANARY}@[2606:4700::1111]:1080`,
  `socks5://user:${CANARY}\0@1.1.1.1:1080`,
  `1.1.1.1,1080,user,${CANARY}`,
  '# comment',
];
const ENTRY = {
  ip: '8.8.4.4',
  port: 8080,
  username: 'user',
  password: CANARY,
  country: 'SE',
  city: 'Malmö',
  asn: 64_512,
  lat: 55.6,
  lon: 13,
};

/** Valid bodies of the routes that take one: what is sent is one of these, changed. */
const VALID: Readonly<Partial<Record<KnownRouteKey, readonly Fields[]>>> = {
  'PUT /pools/{pool}': [
    { options: OPTIONS, rise: 2, fall: 3, intervalSeconds: 60, control: false },
    { options: { headers: INHERITED, proxyHeaders: INHERITED } },
    { leasing: { quarantineAfterFailures: 3, quarantineSeconds: 5, blockSeconds: 60 } },
  ],
  'PATCH /pools/{pool}/proxies/{id}': [{ status: 'banned', maxConcurrency: 2 }],
  'POST /pools/{pool}/leases': [
    { consumer: 'shop' },
    {
      consumer: 'shop',
      leaseSeconds: 9,
      filters: { country: 'SE', protocol: 'http' },
      selector: 'fastest',
      allowSlow: true,
      allowUnknown: true,
      notBlockedOn: 'shop.example',
    },
  ],
  'PATCH /pools/{pool}/leases/{leaseId}': [{ leaseSeconds: 600 }],
  'POST /sweeps': [{ pool: 'fleet' }, { proxies: [...LINES.slice(0, 3), ENTRY], options: OPTIONS }],
};

/** The body of a request to a route; null for none. */
export function hostileBody(random: Random, routeKey: KnownRouteKey): SentBody | null {
  if (random.chance(0.05)) return null;
  const valid = VALID[routeKey];
  const text =
    routeKey === 'POST /pools/{pool}/proxies'
      ? hostileList(random)
      : valid && random.chance(0.9)
        ? changed(random, random.pick(valid))
        : hostileJson(random);
  return encode(random, text);
}

/** The JSON of an object, with some fields replaced, repeated, left out or added. */
function changed(random: Random, fields: Fields): string {
  if (random.chance(0.35)) return JSON.stringify(fields);
  const members = Object.entries(fields).flatMap(([name, value]) => {
    if (random.chance(0.04)) return [];
    const key = JSON.stringify(name);
    const member = `${key}:${changedValue(random, value)}`;
    return random.chance(0.03) ? [member, `${key}:${hostileJson(random)}`] : [member];
  });
  if (random.chance(0.15)) members.push(`${hostileKey(random)}:${hostileJson(random)}`);
  if (random.chance(0.1)) members.reverse();
  return `{${members.join()}}`;
}

function changedValue(random: Random, value: unknown): string {
  if (random.chance(0.06)) return hostileJson(random);
  if (Array.isArray(value)) {
    const items = value.map((item) => changedValue(random, item));
    return `[${(random.chance(0.1) ? [...items, hostileJson(random)] : items).join()}]`;
  }
  if (typeof value === 'object' && value !== null) return changed(random, value as Fields);
  return JSON.stringify(value);
}

function hostileList(random: Random): string {
  const line = () => (random.chance(0.7) ? random.pick(LINES) : hostileText(random));
  const entry = () => (random.chance(0.6) ? changed(random, ENTRY) : JSON.stringify(line()));
  const items = (of: () => string) => Array.from({ length: random.between(0, 9) }, of);
  const form = random.between(0, 6);
  if (form === 0) return `[${items(entry).join()}]`;
  if (form === 1) return `{${hostileKey(random)}:1,"proxies":[${items(entry).join()}]}`;
  if (form === 2) return items(entry).join('\n');
  if (form === 3)
    return `ip,port,username,password,${hostileText(random)}\n${items(line).join('\n')}`;
  if (form === 4) return hostileJson(random);
  return items(line).join(random.pick(['\n', '\r\n', '\n\n', '\r', ' ']));
}

/** The bytes of a body, plain or base64, in one of several encodings, now and then damaged. */
function encode(random: Random, text: string): SentBody {
  if (random.chance(0.7)) return { body: text, isBase64Encoded: random.chance(0.02) };
  const utf8 = Buffer.from(random.chance(0.1) ? `\ufeff${text}` : text);
  const bytes = random.pick([
    utf8,
    gzipSync(utf8),
    gzipSync(utf8).subarray(0, random.between(1, 40)),
    gzipSync(gzipSync(utf8)),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(text, 'latin1'),
    Buffer.concat([Buffer.from([0xff, 0xc0, 0x80]), utf8]),
    Buffer.concat([gzipSync(utf8), utf8]),
  ]);
  return { body: bytes.toString('base64'), isBase64Encoded: true };
}
