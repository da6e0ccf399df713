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
    'proxy',
    'url',
  ],
  port: ['port', 'proxyport'],
  username: ['username', 'user', 'login'],
  password: ['password', 'pass'],
  protocol: ['protocol', 'type', 'scheme', 'protocols', 'schemes'],
  remoteDns: ['remotedns'],
  country: ['countrycode', 'country'],
  city: ['city', 'cityname'],
  isp: ['isp'],
  asn: ['asn', 'asnumber', 'asnnumber'],
  source: ['source'],
  latitude: ['latitude', 'lat'],
  longitude: ['longitude', 'lon', 'lng'],
} as const;

/** What an entry may hold. */
type FieldName = keyof typeof NAMES;

/** The values of one entry by field; a field that is absent, null or empty is undefined. */
export type Fields = Readonly<Partial<Record<FieldName, unknown>>>;

const FIELD_NAMES = Object.keys(NAMES) as FieldName[];

/** Where each field stands among the columns of a header or the keys of an object. */
export type FieldIndex = ReadonlyMap<FieldName, readonly number[]>;

/** The objects of a list mostly have the same keys, so the last answer is kept. */
let last: { readonly names: readonly string[]; readonly index: FieldIndex } | null = null;

/** Finds the fields among names; unknown names are ignored. */
export function indexFields(names: readonly string[]): FieldIndex {
  const isSame =
    last?.names.length === names.length && last.names.every((name, at) => name === names[at]);
  if (!last || !isSame) last = { names, index: findFields(names) };
  return last.index;
}

function findFields(names: readonly string[]): FieldIndex {
  const normal = names.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[_\s-]/g, ''),
  );
  const index = new Map<FieldName, number[]>();
  for (const field of FIELD_NAMES) {
    const at = NAMES[field].map((name) => normal.indexOf(name)).filter((position) => position >= 0);
    if (at.length > 0) index.set(field, at);
  }
  return index;
}

/** Picks the fields from the values at the positions in the index. */
export function pickFields(index: FieldIndex, values: readonly unknown[]): Fields {
  const fields: Partial<Record<FieldName, unknown>> = {};
  for (const [field, positions] of index) {
    const at = positions.find((position) => !isEmpty(values[position]));
    if (at !== undefined) fields[field] = values[at];
  }
  return fields;
}

/** Whether a value is a string or a number. */
export function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
