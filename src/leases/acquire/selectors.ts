import type { LeaseCandidate } from './candidate.ts';

/**
 * Picks one of the candidates, all of which fit; undefined picks none. The candidates come from one
 * random batch of about 200 proxies, not from the whole pool; where many consumers contend for the
 * same proxies, they are only a part of that batch.
 *
 * @param random 0 to below 1
 */
export type ProxySelector = (
  candidates: readonly LeaseCandidate[],
  random: () => number,
) => LeaseCandidate | undefined;

/** The candidate with the lowest id. */
const firstAvailable: ProxySelector = (candidates) => least(candidates, idOrder);

/** Any candidate, with equal chances. */
const random: ProxySelector = (candidates, next) =>
  candidates[Math.floor(next() * candidates.length)];

/**
 * The candidate that has had the fewest leases; among several, one with the fewest now; among
 * several of these, any. Leases of unlimited proxies are not counted, so these proxies come first,
 * in no particular order.
 */
const leastUsed: ProxySelector = (candidates, next) => {
  const fewest = least(candidates, useOrder);
  return random(fewest ? candidates.filter((other) => useOrder(other, fewest) === 0) : [], next);
};

/** The candidate whose newest healthy probe was fastest; candidates without one come last. */
const fastest: ProxySelector = (candidates) =>
  least(candidates, (a, b) => latencyOf(a) - latencyOf(b) || idOrder(a, b));

/** The built-in selectors by name. */
export const SELECTORS = { firstAvailable, random, leastUsed, fastest } as const;
export type SelectorName = keyof typeof SELECTORS;

/** Negative when the first comes before the second. */
type Order = (a: LeaseCandidate, b: LeaseCandidate) => number;

const idOrder: Order = (a, b) => (a.proxy.id < b.proxy.id ? -1 : 1);
const useOrder: Order = (a, b) => a.leaseCount - b.leaseCount || a.currentLeases - b.currentLeases;

function least(candidates: readonly LeaseCandidate[], order: Order): LeaseCandidate | undefined {
  let first = candidates[0];
  for (const candidate of candidates) {
    if (first && order(candidate, first) < 0) first = candidate;
  }
  return first;
}

/** Finite, so that two of them can be compared. */
function latencyOf({ latencyMs }: LeaseCandidate): number {
  return latencyMs ?? Number.MAX_SAFE_INTEGER;
}
