import * as z from 'zod/mini';
import { numberWithin, printableText, wholeNumber } from '../../input.ts';
import type { ProxyTags } from '../../proxies/endpoint.ts';
import type { LeaseCandidate } from './candidate.ts';

/** The mean radius of the Earth, kilometres (IUGG: R1, GRS 80). */
const EARTH_RADIUS_KM = 6371.0088;

/** Half the Earth's circumference: no place is farther away. */
const MAX_RADIUS_KM = 20_038;
/** No attempt may take longer. */
const MAX_LATENCY_MS = 30_000;
/** Results are kept for 30 days. */
const MAX_AGE_SECONDS = 30 * 86_400;
const WHOLE_POSITION = 'latitude, longitude and radiusKm belong together';

/** The longest tag a list may give a proxy. */
const text = printableText(200);
const COUNTRY = 'must be an ISO 3166-1 alpha-2 code such as SE';

/** What a consumer wants from a proxy; a filter that is left out matches every proxy. */
export const proxyFiltersSchema = z
  .strictObject({
    /** Case does not matter, here and in the other texts. */
    source: z.optional(text),
    country: z.optional(z.string(COUNTRY).check(z.regex(/^[a-z]{2}$/i, COUNTRY))),
    city: z.optional(text),
    isp: z.optional(text),
    /** Autonomous system number, 32 bits (RFC 6793); 0 is valid. */
    asn: z.optional(wholeNumber(0, 0xffff_ffff)),
    /** A protocol that has a strategy, such as `socks5`. */
    protocol: z.optional(text),
    /** Degrees; with `longitude` and `radiusKm`: only proxies within that distance. */
    latitude: z.optional(numberWithin(-90, 90)),
    longitude: z.optional(numberWithin(-180, 180)),
    radiusKm: z.optional(numberWithin(0, MAX_RADIUS_KM)),
    /** The newest probe must have found the proxy healthy and been no slower. */
    maxLatencyMs: z.optional(wholeNumber(1, MAX_LATENCY_MS)),
    /** The newest probe must have found the proxy healthy and begun this recently. */
    verifiedWithinSeconds: z.optional(wholeNumber(1, MAX_AGE_SECONDS)),
  })
  .check(z.refine(hasWholePosition, { error: WHOLE_POSITION, path: ['radiusKm'] }));

export type ProxyFilters = Readonly<z.infer<typeof proxyFiltersSchema>>;

/** Whether a proxy fits the filters. A tag that its list does not give never fits. */
export function matchesFilters(
  candidate: LeaseCandidate,
  filters: ProxyFilters,
  now: number,
): boolean {
  const tags = candidate.proxy.tags ?? {};
  return (
    sameText(filters.protocol, candidate.proxy.protocol) &&
    sameText(filters.source, tags.source) &&
    sameText(filters.country, tags.country) &&
    sameText(filters.city, tags.city) &&
    sameText(filters.isp, tags.isp) &&
    (filters.asn === undefined || filters.asn === tags.asn) &&
    isNear(filters, tags) &&
    isFastEnough(filters, candidate) &&
    isFreshEnough(filters, candidate, now)
  );
}

function hasWholePosition(filters: {
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  readonly radiusKm?: number | undefined;
}): boolean {
  const { latitude, longitude, radiusKm } = filters;
  return new Set([latitude, longitude, radiusKm].map((value) => value === undefined)).size === 1;
}

function sameText(wanted: string | undefined, has: string | undefined): boolean {
  return wanted === undefined || wanted.toLowerCase() === has?.toLowerCase();
}

function isNear({ latitude, longitude, radiusKm }: ProxyFilters, tags: ProxyTags): boolean {
  if (latitude === undefined || longitude === undefined || radiusKm === undefined) return true;
  if (tags.latitude === undefined || tags.longitude === undefined) return false;
  const there = { latitude: tags.latitude, longitude: tags.longitude };
  return distanceKm({ latitude, longitude }, there) <= radiusKm;
}

function isFastEnough({ maxLatencyMs }: ProxyFilters, { latencyMs }: LeaseCandidate): boolean {
  return maxLatencyMs === undefined || (latencyMs !== null && latencyMs <= maxLatencyMs);
}

function isFreshEnough(
  { verifiedWithinSeconds }: ProxyFilters,
  { verifiedAt }: LeaseCandidate,
  now: number,
): boolean {
  if (verifiedWithinSeconds === undefined) return true;
  return verifiedAt !== null && now - verifiedAt <= verifiedWithinSeconds * 1000;
}

/** Degrees: north and east are positive. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** The distance between two positions on a sphere, kilometres; off by at most 0.6 %. */
export function distanceKm(from: Position, to: Position): number {
  const haversine =
    squaredHalfSine(to.latitude - from.latitude) +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      squaredHalfSine(to.longitude - from.longitude);
  // Rounding may lift the value for antipodes above 1, whose arcsine is not a number.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, haversine)));
}

function squaredHalfSine(degrees: number): number {
  return Math.sin(radians(degrees) / 2) ** 2;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
