import type { ProxyStatus } from '../../health/rise-fall.ts';
import type { EndedLeases } from '../lease-storage.ts';
import { allOf, type Clause } from './expressions.ts';

/** The row has this lease. */
export function hasLease(token: string): Clause {
  return { text: 'attribute_exists(leases.#lease)', names: { '#lease': token } };
}

/** The row has this lease, and it still runs at this time. */
export function leaseRuns(token: string, now: number): Clause {
  return {
    text: 'leases.#lease.expiresAt > :now',
    names: { '#lease': token },
    values: { ':now': now },
  };
}

/** The lease ends at this time or earlier. */
export function leaseEndsBy(token: string, expiresAt: number): Clause {
  return {
    text: 'leases.#lease.expiresAt <= :until',
    names: { '#lease': token },
    values: { ':until': expiresAt },
  };
}

/** Every one of these leases exists and has ended. */
export function areOver({ tokens, endedBy }: EndedLeases): readonly Clause[] {
  return tokens.map((token, index) => ({
    text: `leases.#e${index}.expiresAt <= :endedBy`,
    names: { [`#e${index}`]: token },
    values: { ':endedBy': endedBy },
  }));
}

/** The row has fewer leases than this, ended ones included. */
export function fewerLeases(count: number): Clause {
  return { text: 'size(leases) < :room', values: { ':room': count } };
}

/** The number of consumers that may hold the proxy is still this one. */
export function concurrencyIs(maxConcurrency: number): Clause {
  return { text: 'maxConcurrency = :limit', values: { ':limit': maxConcurrency } };
}

/** The proxy has one of these statuses. */
export function hasStatus(statuses: readonly ProxyStatus[]): Clause {
  const names = statuses.map((_, index) => `:status${index}`);
  return {
    text: `#status IN (${names.join(', ')})`,
    names: { '#status': 'status' },
    values: Object.fromEntries(statuses.map((status, index) => [`:status${index}`, status])),
  };
}

/** Every one of these blocks is still as it was read. */
export function blocksAre(blocks: Readonly<Record<string, number>>): Clause {
  const clauses = Object.entries(blocks).map(([host, at], index) => ({
    text: `blocks.#b${index} = :b${index}`,
    names: { [`#b${index}`]: host },
    values: { [`:b${index}`]: at },
  }));
  return allOf(...clauses);
}
