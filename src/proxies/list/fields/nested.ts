import { isEmpty, isScalar } from './cell-values.ts';
import { type FieldName, fieldOf } from './fields.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Keys whose objects hold what is otherwise at the top. */
const CONTAINER =
  /^(?:geo(?:location|ip|data|info)?|location|locations?data|ip(?:data|info)|details|meta(?:data)?)$/;
/** Keys whose objects hold the login, and the names of what they hold. */
const LOGIN = /^(?:proxy)?(?:auth(?:entication)?|credentials?|login)$/;
/** What an object of places says of the address is not the proxy's: it may be that of its exit. */
const NO_PLACE: ReadonlySet<FieldName | undefined> = new Set([
  'host',
  'port',
  'username',
  'password',
  'userinfo',
]);
/** Keys whose objects are a thing with a code and a name. */
const THING =
  /^(?:country|city|asn?|autonomoussystem|isp|org|organization|region|state|continent)$/;
const NUMBER_KEYS = ['autonomous_system_number', 'asn', 'number', 'as_number', 'id'];
const CODE_KEYS = ['iso_code', 'isoCode', 'iso', 'code', 'country_code', 'countryCode', 'alpha2'];
const NAME_KEYS = [
  'name',
  'en',
  'names',
  'autonomous_system_organization',
  'organization',
  'org',
  'isp',
  'country_name',
];
/** How deep objects are looked into. */
const MAX_DEPTH = 4;

/** The keys and values of a JSON object, with those of nested places and networks among them. */
export interface FlatObject {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * Flattens the objects in which lists nest where a proxy is: `geolocation`, `location`, `geo`, `asn`
 * and kin. Of a country the ISO code comes before the name. What stands at the top comes first.
 */
export function flattenEntry(entry: object): FlatObject {
  const names = Object.keys(entry);
  const values: unknown[] = Object.values(entry);
  if (!values.some(isObject)) return { names, values };
  const pairs: [string, unknown][] = [];
  const found = new Map<string, unknown>();
  for (const [at, name] of names.entries()) {
    const value = values[at];
    if (!isObject(value) || !collect(name, value, { found, depth: 0 })) pairs.push([name, value]);
  }
  for (const [name, value] of found) {
    const at = pairs.findIndex(([other]) => other === name);
    if (at < 0) pairs.push([name, value]);
    else if (isEmpty(pairs[at]?.[1])) pairs[at] = [name, value];
  }
  return { names: pairs.map(([name]) => name), values: pairs.map(([, value]) => value) };
}

interface Collection {
  readonly found: Map<string, unknown>;
  readonly depth: number;
}

/** @returns whether the object was understood */
function collect(name: string, value: JsonObject, { found, depth }: Collection): boolean {
  const key = name.toLowerCase().replaceAll(/[_\s-]/g, '');
  if (depth >= MAX_DEPTH) return false;
  if (THING.test(key)) {
    for (const [field, said] of readThing(key, value)) keep(found, field, said);
    return true;
  }
  if (LOGIN.test(key) && depth === 0) return keepLogin(found, value);
  if (!CONTAINER.test(key)) return false;
  for (const [inner, said] of Object.entries(value)) {
    if (isObject(said)) collect(inner, said, { found, depth: depth + 1 });
    else if (Array.isArray(said) && inner.toLowerCase() === 'coordinates') keepPoint(found, said);
    else if (!NO_PLACE.has(fieldOf(inner))) keep(found, inner, said);
  }
  return true;
}

function keepLogin(found: Map<string, unknown>, value: JsonObject): boolean {
  const inner = Object.keys(value).filter((name) => /^(?:user|pass)/.test(fieldOf(name) ?? ''));
  for (const name of inner) keep(found, name, value[name]);
  return inner.length > 0;
}

function readThing(key: string, value: JsonObject): [string, unknown][] {
  const name = nameOf(value);
  if (key === 'country') return [['country', first(value, CODE_KEYS) ?? name]];
  if (!/^a/.test(key)) return [[key, name ?? first(value, CODE_KEYS)]];
  return [
    ['asn', first(value, NUMBER_KEYS)],
    ['isp', name],
  ];
}

function nameOf(value: JsonObject): unknown {
  const name = first(value, NAME_KEYS);
  return isObject(name) ? (first(name, ['en', 'name']) ?? first(name, Object.keys(name))) : name;
}

function first(value: JsonObject, keys: readonly string[]): unknown {
  const key = keys.find((each) => Object.hasOwn(value, each) && !isEmpty(value[each]));
  return key === undefined ? undefined : value[key];
}

function keep(found: Map<string, unknown>, name: string, value: unknown): void {
  if (isScalar(value) && !isEmpty(value) && !found.has(name)) found.set(name, value);
}

/** A point of GeoJSON: longitude first (RFC 7946, section 3.1.1). */
function keepPoint(found: Map<string, unknown>, [longitude, latitude]: readonly unknown[]): void {
  keep(found, 'longitude', longitude);
  keep(found, 'latitude', latitude);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
