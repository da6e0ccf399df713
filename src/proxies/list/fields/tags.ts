import type { ProxyTags } from '../../endpoint.ts';
import { UNUSABLE_CHARACTERS } from '../../rejection.ts';
import { countryCodeOf } from '../line/countries.ts';
import { isScalar, mayHoldLogin } from './cell-values.ts';
import type { Fields } from './fields.ts';

/** The longest source, city or ISP kept, in characters. */
const MAX_TAG_LENGTH = 200;
/** RFC 6793: AS numbers have 32 bits. */
const MAX_ASN = 0xffff_ffff;
/** A tenth of a micrometre on the ground. DynamoDB stores no number below 1E-130 but 0. */
const SMALLEST_DEGREES = 1e-12;

/** The fields that become tags. */
export const TAG_FIELDS = [
  'source',
  'country',
  'city',
  'isp',
  'asn',
  'latitude',
  'longitude',
] as const satisfies readonly (keyof ProxyTags & keyof Fields)[];

/** What an entry says about its proxy; null when nothing. Unusable values are left out. */
export function parseTags(fields: Fields): ProxyTags | null {
  const tags: ProxyTags = {
    ...named('source', parseText(fields.source)),
    ...named('country', parseCountry(fields.country)),
    ...named('city', parseText(fields.city)),
    ...named('isp', parseText(fields.isp)),
    ...named('asn', parseAsn(fields.asn)),
    ...named('latitude', parseDegrees(fields.latitude, 90)),
    ...named('longitude', parseDegrees(fields.longitude, 180)),
  };
  return Object.keys(tags).length > 0 ? tags : null;
}

function named<K extends keyof ProxyTags, V>(key: K, value: V | null): { [P in K]?: V } {
  return value === null ? {} : ({ [key]: value } as { [P in K]?: V });
}

function parseText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const isUsable = text !== '' && text.length <= MAX_TAG_LENGTH && !UNUSABLE_CHARACTERS.test(text);
  return isUsable && !mayHoldLogin(text) ? text : null;
}

function parseCountry(value: unknown): string | null {
  const text = parseText(value);
  if (text === null) return null;
  if (/^[a-z]{2}$/i.test(text)) return text.toUpperCase();
  return countryCodeOf(text) ?? countryCodeOf(text.split(' - ', 1)[0] ?? '');
}

/** `64512`, `"64512"`, `"AS64512"` and `"AS64512 Example Networks"`. */
function parseAsn(value: unknown): number | null {
  const digits = isScalar(value)
    ? /^\s*(?:AS)?(\d{1,10})(?:\s|$)/i.exec(String(value))?.[1]
    : undefined;
  if (digits === undefined || !isScalar(value)) return null;
  return Number(digits) <= MAX_ASN ? Number(digits) : null;
}

function parseDegrees(value: unknown, limit: number): number | null {
  if (!isScalar(value) || String(value).trim() === '') return null;
  const degrees = Number(value);
  if (Math.abs(degrees) < SMALLEST_DEGREES) return 0;
  return Math.abs(degrees) <= limit ? degrees : null;
}
