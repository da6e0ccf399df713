import type { LeaseCandidate } from './candidate.ts';

/**
 * Picks one of the candidates, all of which fit; undefined leaves them all. The candidates are those
 * of one batch of the pool, chosen at random, of some 200 proxies, not of the whole pool; where many
 * consumers contend for the same ones they are a part of these.
 *
 * @param random 0 to below 1
 */
export type ProxySelector = (
  candidates: readonly LeaseCandidate[],
  random: () => number,
) => LeaseCandidate | undefined;

/** The first one of its batch by its id. */
const firstAvailable: ProxySelector = (candidates) => least(candidates, idOrder);

/** Any of them, with equal chances. */
const random: ProxySelector = (candidates, next) =>
  candidates[Math.floor(next() * candidates.length)];

/**
 * The one of its batch that has had the fewest leases; of several, the one with the fewest now; of
 * several of these, any. Leases of unlimited proxies are counted nowhere, so such a proxy comes
 * first, and of some such proxies any.
 */
const leastUsed: ProxySelector = (candidates, next) => {
  const fewest = least(candidates, useOrder);
  return random(fewest ? candidates.filter((other) => useOrder(other, fewest) === 0) : [], next);
};

/** The one of its batch that its newest healthy probe found fastest; those without one come last. */
const fastest: ProxySelector = (candidates) =>
  least(candidates, (a, b) => latencyOf(a) - latencyOf(b) || idOrder(a, b));

/** The built-in selectors by name. */
export const SELECTORS = { firstAvailable, random, leastUsed, fastest } as const;
export type SelectorName = keyof typeof SELECTORS;

/** Less than 0 where the first one comes before the second one. */
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
