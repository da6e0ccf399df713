import type { Holding } from './protocol.ts';

/**
 * Returns a sentence for each time that more consumers than allowed believed they held a proxy at
 * once, and for each lease that was given twice.
 */
export function findOverlaps(holdings: readonly Holding[], maxConcurrency = 1): string[] {
  return [...findRepeatedIds(holdings), ...findCrowds(holdings, maxConcurrency)];
}

function* findRepeatedIds(holdings: readonly Holding[]): Generator<string> {
  const seen = new Set<string>();
  for (const { leaseId } of holdings) {
    if (seen.has(leaseId)) yield `the lease ${leaseId} was given twice`;
    seen.add(leaseId);
  }
}

function* findCrowds(holdings: readonly Holding[], maxConcurrency: number): Generator<string> {
  const current = new Map<string, Holding[]>();
  for (const holding of [...holdings].sort((a, b) => a.from - b.from)) {
    // A holder that let go at the very moment of the next acquisition no longer holds the proxy.
    const others = (current.get(holding.proxyId) ?? []).filter(({ until }) => until > holding.from);
    current.set(holding.proxyId, [...others, holding]);
    if (holding.until > holding.from && others.length >= maxConcurrency) {
      const holders = others.map(({ holder }) => holder).join(', ');
      yield `${holding.holder} was given ${holding.proxyId} while ${holders} held it`;
    }
  }
}
