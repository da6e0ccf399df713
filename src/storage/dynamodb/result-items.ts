import { Verdict } from '../../health/health-check-result.ts';
import type { BatchResult, StoredResult } from '../../model/batch-result.ts';
import type { Item } from './database.ts';
import { readFormat, withFormat } from './item-format.ts';

/** The values most results of a batch share, stored once on the item. */
export interface CommonValues {
  readonly protocol?: string;
  /** Applies only to results without a failure. */
  readonly statusCode?: number;
}

/** Returns the key of a batch's results. */
export function batchKeyOf(poolName: string, bits: string): string {
  return `${poolName}#${bits}`;
}

/**
 * Converts a batch's result to the item the `Results` table holds: one compact map entry per
 * proxy, and a string set of ids for each verdict except `active`, for plain filters.
 */
export function toResultItem(result: BatchResult): Item {
  const { poolName, bits, results, ...item } = result;
  const entries = [...results];
  const common: CommonValues = {
    ...mostCommon(
      'protocol',
      entries.map(([, entry]) => entry.protocol),
    ),
    ...mostCommon(
      'statusCode',
      entries.flatMap(([, { failure, statusCode }]) => (failure ? [] : (statusCode ?? []))),
    ),
  };
  return withFormat({
    ...item,
    ...common,
    batchKey: batchKeyOf(poolName, bits),
    results: Object.fromEntries(entries.map(([id, entry]) => [id, compact(entry, common)])),
    ...idsOf(entries, Verdict.slow),
    ...idsOf(entries, Verdict.inactive),
    ...idsOf(entries, Verdict.inconclusive),
  });
}

/** Converts an item back to its batch result. */
export function toBatchResult(item: Item): BatchResult {
  const { batchKey, results, protocol, statusCode, slow, inactive, inconclusive, ...rest } =
    readFormat(item);
  const key = String(batchKey);
  const split = key.lastIndexOf('#');
  const common = { protocol, statusCode } as CommonValues;
  const entries = Object.entries(results as Record<string, Item>);
  return {
    ...rest,
    poolName: key.slice(0, split),
    bits: key.slice(split + 1),
    results: new Map(entries.map(([id, entry]) => [id, expand(entry, common)])),
  } as unknown as BatchResult;
}

/** Restores one proxy's result with the values its batch shares. */
export function expand(entry: Item, common: CommonValues): StoredResult {
  const { phase, statusCode, ...rest } = entry;
  const decided = 'failure' in entry || statusCode !== undefined ? statusCode : common.statusCode;
  return {
    protocol: common.protocol,
    ...rest,
    ...(decided !== undefined && decided !== null && { statusCode: decided }),
    ...(phase !== undefined && { failedPhase: phase }),
  } as unknown as StoredResult;
}

function compact(entry: StoredResult, common: CommonValues): Item {
  const { protocol, statusCode, failedPhase, ...rest } = entry;
  const omitted = !entry.failure && statusCode === common.statusCode;
  // A custom strategy's success may have no status code; it must not inherit the shared one.
  const explicit = entry.failure ? statusCode : (statusCode ?? null);
  return {
    ...rest,
    ...(protocol !== common.protocol && { protocol }),
    ...(!omitted && explicit !== undefined && { statusCode: explicit }),
    ...(failedPhase !== undefined && { phase: failedPhase }),
  };
}

function mostCommon<Name extends string, Value>(name: Name, values: readonly Value[]) {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first ? { [name]: first[0] } : {};
}

function idsOf(entries: readonly (readonly [string, StoredResult])[], verdict: Verdict) {
  const ids = entries.filter(([, entry]) => entry.status === verdict).map(([id]) => id);
  // DynamoDB rejects empty sets.
  return ids.length > 0 ? { [verdict]: new Set(ids) } : {};
}
