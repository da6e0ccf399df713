import { ProxyStatus } from '../../health/rise-fall.ts';
import { SweepState } from '../../model/sweep.ts';
import { TTL_ATTRIBUTE } from '../dynamodb-tables.ts';
import { anyOf, type Clause } from './expressions.ts';

/** The item exists; `key` is any key attribute of its table. */
export function exists(key: string): Clause {
  return { text: `attribute_exists(${key})` };
}

/** There is no such item, or it has expired and readers ignore it. */
export function absentOrExpired(key: string, nowMs: number): Clause {
  return anyOf(
    { text: `attribute_not_exists(${key})` },
    {
      text: '#ttl <= :nowSeconds',
      names: { '#ttl': TTL_ATTRIBUTE },
      values: { ':nowSeconds': Math.floor(nowMs / 1000) },
    },
  );
}

/** There is no such item. */
export function absent(key: string): Clause {
  return { text: `attribute_not_exists(${key})` };
}

/** The proxy is not banned. */
export const notBanned: Clause = {
  text: '#status <> :banned',
  names: { '#status': 'status' },
  values: { ':banned': ProxyStatus.banned },
};

/** No sweep has written the row since it was read. */
export function writtenAsRead(rowSweepId: string): Clause {
  return { text: 'rowSweepId = :asRead', values: { ':asRead': rowSweepId } };
}

/** The pool is not being deleted. */
export const notDeleting: Clause = { text: 'attribute_not_exists(deletingSince)' };

/** The pool is being deleted. */
export const deleting: Clause = { text: 'attribute_exists(deletingSince)' };

/** The pool is the one with this salt, not another of the same name. */
export function hasSalt(salt: string): Clause {
  return { text: 'salt = :salt', values: { ':salt': salt } };
}

/** The pool has this version of its policy, or none yet. */
export function hasPolicyVersion(policyVersion: string | undefined): Clause {
  return policyVersion === undefined
    ? { text: 'attribute_not_exists(policyVersion)' }
    : { text: 'policyVersion = :version', values: { ':version': policyVersion } };
}

/** No sweep of the pool runs. */
export const noSweepRuns: Clause = { text: 'attribute_not_exists(runningSweepId)' };

/** The pool's running sweep is this one. */
export function runs(sweepId: string): Clause {
  return { text: 'runningSweepId = :running', values: { ':running': sweepId } };
}

/** The pool has had neither this sweep id nor a later one. */
export function laterThanLastSweep(sweepId: string): Clause {
  return anyOf(
    { text: 'attribute_not_exists(lastSweepId)' },
    { text: 'lastSweepId < :claimed', values: { ':claimed': sweepId } },
  );
}

/** The sweep has not been closed. */
export const sweepIsOpen: Clause = {
  text: '#state = :open',
  names: { '#state': 'state' },
  values: { ':open': SweepState.running },
};

/** The recorded number of late batches is smaller than this one. */
export function fewerLateBatches(lateBatches: number): Clause {
  return anyOf(
    { text: 'attribute_not_exists(lateBatches)' },
    { text: 'lateBatches < :late', values: { ':late': lateBatches } },
  );
}
