import type { LeaseCandidate } from './candidate.ts';

/**
 * Picks one of the candidates, all of which fit; undefined leaves them all.
 *
 * @param random 0 to below 1
 */
export type ProxySelector = (
  candidates: readonly LeaseCandidate[],
  random: () => number,
) => LeaseCandidate | undefined;

/** The first one by its id. */
export const firstAvailable: ProxySelector = (candidates) => leastOf(candidates, () => 0);

/** Any of them, with equal chances. */
export const random: ProxySelector = (candidates, next) =>
  candidates[Math.floor(next() * candidates.length)];

/**
 * The one that has had the fewest leases; of several, the one with the fewest now. Leases of
 * unlimited proxies are counted nowhere, so such a proxy comes first.
 */
export const leastUsed: ProxySelector = (candidates) =>
  leastOf(
    candidates,
    ({ leaseCount }) => leaseCount,
    ({ currentLeases }) => currentLeases,
  );

/** The one its newest healthy probe found fastest; those without one come last. */
export const fastest: ProxySelector = (candidates) =>
  leastOf(candidates, ({ latencyMs }) => latencyMs ?? Number.POSITIVE_INFINITY);

/** The built-in selectors by name. */
export const SELECTORS = { firstAvailable, random, leastUsed, fastest } as const;
export type SelectorName = keyof typeof SELECTORS;

/** The least by one measure after the other, and by its id where they tell nothing. */
function leastOf(
  candidates: readonly LeaseCandidate[],
  ...measures: readonly ((candidate: LeaseCandidate) => number)[]
): LeaseCandidate | undefined {
  let least = candidates[0];
  for (const candidate of candidates) {
    if (least && isLess(candidate, least, measures)) least = candidate;
  }
  return least;
}

function isLess(
  a: LeaseCandidate,
  b: LeaseCandidate,
  measures: readonly ((candidate: LeaseCandidate) => number)[],
): boolean {
  for (const measure of measures) {
    if (measure(a) !== measure(b)) return measure(a) < measure(b);
  }
  return a.proxy.id < b.proxy.id;
}
