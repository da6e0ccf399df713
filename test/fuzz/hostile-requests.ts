import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type KnownRouteKey, splitRouteKey } from '../../functions/api/route-keys.ts';
import { httpEvent } from '../functions/support/lambda-events.ts';
import type { Random } from '../support/random.ts';
import { hostileBody } from './hostile-bodies.ts';
import { hostileName, hostileText } from './hostile-values.ts';

/** Names that exist, so that requests get past the first check. */
export interface KnownNames {
  readonly pools: readonly string[];
  readonly proxyIds: readonly string[];
  readonly leaseIds: readonly string[];
  readonly sweepIds: readonly string[];
}

/** Query fields with values that some route takes. */
const QUERY: Readonly<Record<string, readonly string[]>> = {
  limit: ['1', '1000', '0', '-1', '1e3', '00001', '999999999', ' 1'],
  cursor: ['fleet', '00000000-0000-8000-8000-000000000000', 'ffffffff-ffff-8fff-bfff-ffffffffffff'],
  before: ['00000000-0000-7000-8000-000000000000'],
  status: ['active', 'inactive', 'unknown', 'ACTIVE'],
  country: ['SE', 'se', 'SWE', 'ß'],
  format: ['json', 'csv', 'ndjson', 'xml'],
  lines: ['true', 'false', '1'],
  maxConcurrency: ['1', '100', 'unlimited', '0', '101'],
  outcome: ['ok', 'slow', 'blocked', 'failed', 'great'],
  host: ['shop.example', 'constructor', '__proto__', '[::1]', 'a b', '1.2.3.4'],
};
const CONTENT_TYPES = [
  ...['text/plain', 'text/csv', 'application/json', 'application/x-ndjson', 'application/gzip'],
  ...['application/json; charset=utf-16', 'multipart/form-data; boundary=x', 'image/png', ';'],
];
const OTHER_HEADERS = ['idempotency-key', 'content-encoding', 'accept', 'x-forwarded-for', 'range'];

/** A request to a route, in which something or nothing is as it should be. */
export function hostileRequest(
  random: Random,
  routeKey: KnownRouteKey,
  known: KnownNames,
): APIGatewayProxyEventV2 {
  const { method, path: template } = splitRouteKey(routeKey);
  const path = hostilePath(random, template, known);
  const query = hostileQuery(random);
  const event = httpEvent({ method, target: '/', headers: hostileHeaders(random) });
  const { http } = event.requestContext;
  return {
    ...event,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: { ...event.requestContext, http: { ...http, path } },
    ...hostileBody(random, routeKey),
  };
}

function hostilePath(random: Random, template: string, known: KnownNames): string {
  const proper: Readonly<Record<string, readonly string[]>> = {
    '{pool}': known.pools,
    '{leaseId}': known.leaseIds,
    '{id}': template.startsWith('/sweeps') ? known.sweepIds : known.proxyIds,
  };
  const path = template.replaceAll(/\{\w+\}/g, (name) => {
    const names = proper[name] ?? [];
    if (names.length > 0 && random.chance(0.8)) return random.pick(names);
    const text = hostileText(random);
    return random.chance(0.6) ? encodeURIComponent(text.toWellFormed()) : text;
  });
  return random.chance(0.05)
    ? `${path}${random.pick(['/', '//', '/..', '/%2e', '%20', '\0'])}`
    : path;
}

function hostileQuery(random: Random): Record<string, string> {
  const fields = Array.from({ length: random.pick([0, 0, 0, 0, 0, 0, 1, 1, 2]) }, () => {
    if (random.chance(0.1)) return [hostileName(random), hostileText(random)];
    const name = random.pick(Object.keys(QUERY));
    return [name, random.chance(0.8) ? random.pick(QUERY[name] ?? []) : hostileText(random)];
  });
  return Object.fromEntries(fields);
}

function hostileHeaders(random: Random): Record<string, string> {
  const fields: [string, string][] = [];
  if (random.chance(0.6)) fields.push(['content-type', random.pick(CONTENT_TYPES)]);
  if (random.chance(0.1)) fields.push(['content-type', hostileText(random)]);
  if (random.chance(0.2)) fields.push([random.pick(OTHER_HEADERS), hostileText(random)]);
  if (random.chance(0.2)) fields.push(['idempotency-key', random.pick(['a', 'b'])]);
  if (random.chance(0.1)) fields.push([hostileName(random).toLowerCase(), hostileText(random)]);
  return Object.fromEntries(fields);
}
