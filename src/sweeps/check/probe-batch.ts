import type { Clock } from '../../clock.ts';
import { blameBeside, type ControlOutcome } from '../../health/control-probe.ts';
import type { HealthCheckOptions } from '../../health/health-check-options.ts';
import { type HealthCheckResult, isHealthy, Verdict } from '../../health/health-check-result.ts';
import { applyVerdict, type RiseFall } from '../../health/rise-fall.ts';
import type { ProbeWindow } from '../../health/window/probe-window.ts';
import type { BatchResult, StoredResult } from '../../model/batch-result.ts';
import { type FiguredRow, figuresOf } from '../../model/lease-figures.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { BatchChecker } from './batch-checker.ts';
import type { PreparedBatch } from './prepare-batch.ts';
import {
  toInconclusive,
  toSkippedResult,
  toStoredResult,
  unfinishedResult,
  wordsBytesOf,
} from './stored-result.ts';

export interface ProbeContext {
  readonly checker: BatchChecker;
  readonly clock: Clock;
  readonly window: ProbeWindow;
  readonly concurrency: number;
  /** Ends everything: a batch that is unfinished then fails. */
  readonly signal: AbortSignal;
  /** Ends the probing: proxies without a result then are `inconclusive`. */
  readonly cut: AbortSignal;
  /** The control probe made before; null when the pool has it turned off. */
  readonly controlBefore: ControlOutcome | null;
  /** Called with every result. */
  readonly onResult: (result: HealthCheckResult) => void;
}

/**
 * Probes those of a batch that are due and gives every one of its proxies an entry: its verdict, or
 * what is known of one that is skipped. When the target does not answer a direct request, before or
 * after, every failure is `inconclusive`; a success stands, since an expected answer proves the
 * proxy.
 */
export async function probeBatch(
  { sweep, policy, bits, rows, due, skipped, truncated }: PreparedBatch,
  context: ProbeContext,
): Promise<BatchResult> {
  const startedAt = context.clock.now();
  const proxies = due.map((row) => row.proxy);
  const found = await probeAll(proxies, policy.options, context);
  context.signal.throwIfAborted();
  const control = await controlOutcome(policy.options, context);
  const results = new Map<string, StoredResult>();
  const passedOn = [...skipped.values()].map(({ result }) => result);
  const frame = { startedAt, wordsBytes: wordsBytesOf([...found.values(), ...passedOn]) };
  for (const proxy of proxies) {
    const result = found.get(proxy.id);
    const stored = result ? toStoredResult(result, frame) : unfinishedResult(proxy);
    results.set(proxy.id, control && !control.ok ? setAside(stored, control) : stored);
  }
  const after = statesAfter(rows, results, policy.riseFall);
  const changed = after.filter(({ hasChanged }) => hasChanged).length;
  for (const [proxyId, newest] of skipped) results.set(proxyId, toSkippedResult(newest, frame));
  return {
    poolName: sweep.poolName,
    bits,
    sweepId: sweep.sweepId,
    startedAt: new Date(startedAt).toISOString(),
    results,
    bytes: [...found.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    ...(control && { control }),
    ...(truncated && { truncated: true as const }),
    ...(policy.backOff && changed > 0 && { changed }),
    leasing: figuresOf(after, startedAt),
    expiresAtEpochSeconds: sweep.expiresAtEpochSeconds,
  };
}

/** What a result is worth beside a failed control probe. */
function setAside(stored: StoredResult, control: ControlOutcome): StoredResult {
  return isHealthy(stored) ? stored : toInconclusive(stored, blameBeside(control));
}

/** The rows as they were read, with the statuses that the verdicts lead to. */
function statesAfter(
  rows: readonly ProxyRow[],
  verdicts: ReadonlyMap<string, StoredResult>,
  riseFall: RiseFall,
): readonly (FiguredRow & { readonly hasChanged: boolean })[] {
  return rows.map(({ proxy, status, streak, leases, maxConcurrency }) => {
    const before = { status, streak };
    const verdict = verdicts.get(proxy.id)?.status ?? Verdict.inconclusive;
    const after = applyVerdict(before, verdict, riseFall);
    return { status: after.status, leases, maxConcurrency, hasChanged: after !== before };
  });
}

async function probeAll(
  proxies: readonly Proxy[],
  options: HealthCheckOptions,
  { checker, window, concurrency, signal, cut, onResult }: ProbeContext,
): Promise<Map<string, HealthCheckResult>> {
  const found = new Map<string, HealthCheckResult>();
  try {
    const request = { options, window, concurrency, signal: cut };
    for await (const result of checker.streamHealthChecks(proxies, request)) {
      found.set(result.proxyId, result);
      onResult(result);
    }
  } catch (error) {
    if (signal.aborted || !cut.aborted) throw error;
  }
  return found;
}

async function controlOutcome(
  options: HealthCheckOptions,
  { checker, controlBefore, signal }: ProbeContext,
): Promise<ControlOutcome | null> {
  return controlBefore?.ok ? checker.checkTarget({ options, signal }) : controlBefore;
}
