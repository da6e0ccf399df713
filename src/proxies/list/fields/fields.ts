import type { Schemes } from '../schemes.ts';
import { type Column, isEmpty } from './cell-values.ts';
import { labelNameOf } from './labels.ts';

/**
 * The names that CSV headers and JSON keys give to what an entry holds, in order of preference.
 * They are compared in lower case without `_`, `-` and spaces.
 */
const NAMES = {
  host: [
    'host',
    'ip',
    'proxyaddress',
    'ipaddress',
    'address',
    'hostname',
    'server',
    'proxyip',
    'proxyhost',
    'proxy',
    'url',
    'ip:port',
    'ipport',
    'host:port',
    'hostport',
    'endpoint',
    'addr',
    'uri',
    'proxyurl',
    'serverip',
    'serverhost',
    'serveraddress',
  ],
  port: ['port', 'proxyport', 'serverport'],
  username: [
    'username',
    'user',
    'login',
    'proxyusername',
    'proxyuser',
    'usr',
    'uname',
    'proxylogin',
    'authuser',
    'authusername',
  ],
  password: [
    'password',
    'pass',
    'passwd',
    'pwd',
    'proxypassword',
    'proxypass',
    'psw',
    'psswd',
    'pw',
    'passphrase',
    'proxypwd',
    'authpass',
    'authpassword',
  ],
  userinfo: [
    'auth',
    'authentication',
    'credentials',
    'credential',
    'userpass',
    'user:pass',
    'username:password',
    'login:password',
    'userinfo',
  ],
  protocol: [
    'protocol',
    'protocols',
    'proto',
    'scheme',
    'schemes',
    'proxyprotocol',
    'proxytype',
    'type',
    'types',
    'category',
    'categories',
    'protocoltype',
    'connectiontype',
    'ptype',
    'mode',
    'kind',
  ],
  remoteDns: ['remotedns'],
  country: ['countrycode', 'countryisocode', 'isocode', 'country', 'countryname', 'code', 'geo'],
  city: ['city', 'cityname'],
  isp: ['isp', 'ispname', 'organization', 'org', 'asname', 'asorganization'],
  asn: ['asn', 'asnumber', 'asnnumber', 'as'],
  source: ['source'],
  latitude: ['latitude', 'lat'],
  longitude: ['longitude', 'lon', 'lng'],
  labels: ['labels'],
} as const;

/** What an entry may hold. */
export type FieldName = keyof typeof NAMES;

/** The values of one entry by field; a field that is absent, null or empty is undefined. */
export type Fields = Readonly<Partial<Record<FieldName, unknown>>>;

const FIELD_NAMES = Object.keys(NAMES) as FieldName[];
const FIELD_OF: ReadonlyMap<string, FieldName> = new Map(
  FIELD_NAMES.flatMap((field) => NAMES[field].map((name) => [name, field] as const)),
);
/** Columns of these fields may hold a login, and are never shown as labels. */
const PRIVATE: ReadonlySet<FieldName> = new Set([
  'host',
  'port',
  'username',
  'password',
  'userinfo',
  'labels',
]);
const SHOWABLE_NAME = /^[\p{L}\p{N} _.-]{1,64}$/u;

/** The name of a column that is not read. */
export const NO_COLUMN = '-';

/** What each column of a header, or each key of an object, is. */
export interface FieldIndex {
  /** Where each field stands, the preferred place first. */
  readonly fields: ReadonlyMap<FieldName, readonly number[]>;
  /** Columns named like a protocol: each holds a flag, or proxies of that protocol. */
  readonly protocols: readonly Column[];
  /** The columns' names, as they are compared. */
  readonly names: readonly string[];
  /** Columns that become labels. */
  readonly labels: readonly Column[];
  /** Columns of which nothing is kept, by names that may be shown. */
  readonly others: readonly Column[];
}

/** The objects of a list mostly have the same keys, so the last answer is kept. */
let last: {
  readonly names: readonly string[];
  readonly schemes: Schemes;
  readonly index: FieldIndex;
} | null = null;

/** Finds out what the columns with these names hold. */
export function indexFields(names: readonly string[], schemes: Schemes): FieldIndex {
  const isSame =
    last?.schemes === schemes &&
    last.names.length === names.length &&
    last.names.every((name, at) => name === names[at]);
  if (!last || !isSame) last = { names, schemes, index: findFields(names, schemes) };
  return last.index;
}

/** The field that a name stands for. */
export function fieldOf(name: string): FieldName | undefined {
  return FIELD_OF.get(normalise(name));
}

function findFields(names: readonly string[], schemes: Schemes): FieldIndex {
  const normal = names.map(normalise);
  const fields = new Map<FieldName, number[]>();
  for (const field of FIELD_NAMES) {
    const at = NAMES[field].map((name) => normal.indexOf(name)).filter((position) => position >= 0);
    if (at.length > 0) fields.set(field, at);
  }
  const protocols = findProtocolColumns(normal, { schemes, hasHost: fields.has('host') });
  const taken = new Set([...protocols.map(({ at }) => at), ...takenBy(fields)]);
  const rest = names.flatMap((name, at) => (taken.has(at) ? [] : [{ name, at }]));
  const unused = [...PRIVATE].flatMap((field) => fields.get(field)?.slice(1) ?? []);
  return { fields, protocols, names: normal, ...splitRest(rest, unused, names) };
}

/** A column named HTTPS alone, beside a host, says that the proxy tunnels, not that it speaks TLS. */
function findProtocolColumns(
  normal: readonly string[],
  { schemes, hasHost }: { readonly schemes: Schemes; readonly hasHost: boolean },
): readonly Column[] {
  const found = normal.flatMap((name, at) => (schemes.has(name) ? [{ name, at }] : []));
  return hasHost && found.every(({ name }) => name === 'https') ? [] : found;
}

/** All places of private fields and protocols, and the preferred place of every other one. */
function takenBy(fields: ReadonlyMap<FieldName, readonly number[]>): number[] {
  return [...fields].flatMap(([field, at]) =>
    PRIVATE.has(field) || field === 'protocol' ? at : field === 'source' ? [] : at.slice(0, 1),
  );
}

function splitRest(rest: readonly Column[], unused: readonly number[], names: readonly string[]) {
  const labels: Column[] = [];
  const others = unused.map((at) => ({ name: showName(names[at] ?? '', at), at }));
  for (const { name, at } of rest) {
    const label = labelNameOf(name);
    if (label === null) others.push({ name: showName(name, at), at });
    else labels.push({ name: label, at });
  }
  return { labels, others };
}

/** A name that looks like anything but a name may be a value, and stays hidden. */
function showName(name: string, at: number): string {
  return SHOWABLE_NAME.test(name) && name !== NO_COLUMN ? name : `column ${at + 1}`;
}

/** `__proto__` is no name for a protocol. */
function normalise(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.startsWith('__') ? lower : lower.replaceAll(/[_\s-]/g, '');
}

/** Picks the fields from the values at the positions in the index. */
export function pickFields({ fields: index }: FieldIndex, values: readonly unknown[]): Fields {
  const fields: Partial<Record<FieldName, unknown>> = {};
  for (const [field, positions] of index) {
    const at = positions.find((position) => !isEmpty(values[position]));
    if (at !== undefined) fields[field] = values[at];
  }
  const hosts = index.get('host') ?? [];
  if (fields.port === undefined && hosts.length > 1) {
    const whole = hosts.find((at) => /:\d+\/?$/.test(String(values[at])));
    if (whole !== undefined) fields.host = values[whole];
  }
  return fields;
}
