import * as z from 'zod/mini';
import { ProxyStatus } from '../health/rise-fall.ts';
import { offByDefault, parseWith, printableText, wholeNumber } from '../input.ts';
import { POOL_NAME } from '../model/pool.ts';
import { proxyFiltersSchema } from './acquire/proxy-filters.ts';
import { type ProxySelector, SELECTORS, type SelectorName } from './acquire/selectors.ts';
import { targetHostSchema } from './lease-report.ts';

/** How long a lease or a renewal lasts unless it says otherwise. */
export const DEFAULT_LEASE_SECONDS = 300;
const MAX_LEASE_SECONDS = 86_400;
/** The most proxies one request may leave out. */
export const MAX_EXCLUDED = 1000;

/** The names of the built-in selectors. */
export const selectorNames = Object.keys(SELECTORS) as SelectorName[];
const NOT_IDS = `must be a list of at most ${MAX_EXCLUDED} proxy ids`;
const NOT_COMPARABLE = 'must be a built-in selector when there is an idempotency key';
const NOT_A_SELECTOR = `must be ${selectorNames.join(', ')}, or a function`;

export const leaseSecondsSchema = wholeNumber(1, MAX_LEASE_SECONDS);
export const poolNameSchema = z
  .string('must be the name of a pool')
  .check(z.regex(POOL_NAME, 'must be the name of a pool'));

/** What `acquireProxy` takes; all but `poolName` and `consumerName` may be left out. */
export const acquireRequestSchema = z
  .strictObject({
    poolName: poolNameSchema,
    /** Who holds the proxy: 1 to 128 printable characters. */
    consumerName: printableText(128),
    /** 1 to 86,400. */
    leaseSeconds: z._default(leaseSecondsSchema, DEFAULT_LEASE_SECONDS),
    filters: z._default(proxyFiltersSchema, {}),
    /** Picks among the proxies that fit: in a random batch of the pool, not in all of it. */
    selector: z._default(
      z.union([z.enum(selectorNames), z.custom<ProxySelector>(isFunction)], NOT_A_SELECTOR),
      'random',
    ),
    /** Also takes proxies whose status is `slow`. */
    allowSlow: offByDefault,
    /** Also takes proxies that were never probed. */
    allowUnknown: offByDefault,
    /** Leaves out proxies that were lately reported as blocked by this target. */
    notBlockedOn: z.optional(targetHostSchema),
    /** Ids of proxies to leave out, such as those that were just tried. */
    excludedProxyIds: z._default(
      z.readonly(z.array(z.string(NOT_IDS), NOT_IDS).check(z.maxLength(MAX_EXCLUDED, NOT_IDS))),
      [],
    ),
    /**
     * A request that the same consumer repeats with its key is given the same lease. Not allowed
     * with a function as selector.
     */
    idempotencyKey: z.optional(printableText(128)),
  })
  .check(z.refine(canBeCompared, { error: NOT_COMPARABLE, path: ['selector'] }));

/** What `acquireProxy` takes. */
export type AcquireRequest = Readonly<z.input<typeof acquireRequestSchema>>;
/** A request with its defaults filled in. */
export type ParsedAcquireRequest = Readonly<z.output<typeof acquireRequestSchema>>;

/** A request, and the signal that ends it. */
export interface LeaseWish {
  readonly request: ParsedAcquireRequest;
  readonly signal?: AbortSignal | undefined;
}

/** Parses a request. @throws {InvalidInputError} when a field cannot be used, with its pointer */
export function parseAcquireRequest(input: unknown): ParsedAcquireRequest {
  return parseWith(acquireRequestSchema, input, { what: 'the lease request' });
}

/** The statuses a request takes; never `inactive`, never `banned`. */
export function wantedStatuses({
  allowSlow,
  allowUnknown,
}: Pick<ParsedAcquireRequest, 'allowSlow' | 'allowUnknown'>): readonly ProxyStatus[] {
  return [
    ProxyStatus.active,
    ...(allowSlow ? [ProxyStatus.slow] : []),
    ...(allowUnknown ? [ProxyStatus.unknown] : []),
  ];
}

/** Whether a repeated request can be told from a different one. */
function canBeCompared(request: {
  readonly selector: unknown;
  readonly idempotencyKey?: string | undefined;
}): boolean {
  return request.idempotencyKey === undefined || typeof request.selector === 'string';
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
