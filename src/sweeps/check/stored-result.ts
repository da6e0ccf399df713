import { Blame, isOurs } from '../../health/failure.ts';
import { type HealthCheckResult, Verdict } from '../../health/health-check-result.ts';
import type { ProxyResult, StoredResult } from '../../model/batch-result.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/sweep-limits.ts';
import { probedAt } from '../../pools/newest-results.ts';
import type { Proxy } from '../../proxies/proxy.ts';

/** The most bytes kept of a certificate's issuer: the intercepting party chooses the text. */
const MAX_ISSUER_LENGTH = 64;

/**
 * The most bytes kept of issuers and of what proxies say, over a whole batch, so that the largest
 * one still fits its item (400 KB; DynamoDB Developer Guide, "Quotas"). No result has both.
 */
const MAX_TEXT_BYTES = MAX_ISSUER_LENGTH * MAX_ROWS_PER_BATCH;

/** What the results of one batch share. */
export interface BatchFrame {
  /** When the batch started, epoch milliseconds. */
  readonly startedAt: number;
  /** The most bytes of `proxySays` that each result may keep. */
  readonly wordsBytes: number;
}

/** How much each result of a batch may keep of what its proxy says, bytes. */
export function wordsBytesOf(
  results: Iterable<Pick<HealthCheckResult, 'proxySays' | 'certificateIssuer'>>,
): number {
  let withWords = 0;
  let withIssuer = 0;
  for (const { proxySays, certificateIssuer } of results) {
    if (proxySays !== undefined) withWords++;
    if (certificateIssuer !== undefined) withIssuer++;
  }
  return Math.floor((MAX_TEXT_BYTES - withIssuer * MAX_ISSUER_LENGTH) / Math.max(1, withWords));
}

/** A probe's outcome as it is stored, relative to the start of its batch. */
export function toStoredResult(result: HealthCheckResult, frame: BatchFrame): StoredResult {
  const { statusCode, failure, failedPhase, attempts, certificateIssuer, proxySays } = result;
  return {
    status: result.status,
    protocol: result.protocol,
    latencyMs: tenths(result.latencyMs),
    // Never negative, even when the wall clock was set back meanwhile.
    offsetMs: Math.max(0, Date.parse(result.checkedAt) - frame.startedAt),
    ...(statusCode !== undefined && { statusCode }),
    ...(failure !== undefined && { failure }),
    ...blameOf(result),
    ...(failedPhase !== undefined && { failedPhase }),
    ...(attempts !== 1 && { attempts }),
    ...(result.status !== Verdict.active && { timings: tenthsOf(result.timings) }),
    ...(certificateIssuer !== undefined && {
      certificateIssuer: toAscii(certificateIssuer).slice(0, MAX_ISSUER_LENGTH),
    }),
    ...(proxySays !== undefined && { proxySays: shorten(proxySays, frame.wordsBytes) }),
    ...(result.certificateChanged && { certificateChanged: true as const }),
  };
}

/** What is stored of a proxy that is not probed: its newest result, which keeps its own time. */
export function toSkippedResult(newest: ProxyResult, frame: BatchFrame): StoredResult {
  const { proxySays, ...result } = newest.result;
  return {
    ...result,
    offsetMs: probedAt(newest) - frame.startedAt,
    ...(proxySays !== undefined && { proxySays: shorten(proxySays, frame.wordsBytes) }),
    skipped: true,
  };
}

/** The result of a proxy that could not be probed before the checker's time ran out. */
export function unfinishedResult({ protocol }: Proxy): StoredResult {
  return {
    status: Verdict.inconclusive,
    protocol,
    latencyMs: 0,
    offsetMs: 0,
    attempts: 0,
    failure: 'checker_starved',
  };
}

/**
 * The same result with a verdict that says nothing about the proxy.
 *
 * @param blame the party that kept the target from answering directly: the target, or us
 */
export function toInconclusive({ blame: _own, ...result }: StoredResult, blame: Blame) {
  const inconclusive: StoredResult = { ...result, status: Verdict.inconclusive };
  return blame === Blame.target ? inconclusive : { ...inconclusive, blame };
}

/** A strategy of one's own may be inconclusive for reasons that no control probe has confirmed. */
function blameOf({ status, failure, blame }: HealthCheckResult): Pick<StoredResult, 'blame'> {
  if (blame !== undefined) return { blame };
  const isExplained = failure !== undefined && isOurs(failure);
  return status === Verdict.inconclusive && !isExplained ? { blame: Blame.unconfirmed } : {};
}

/** As many whole characters as fit, with `...` where some did not. */
function shorten(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const kept = bytes
    .subarray(0, maxBytes - 3)
    .toString()
    .replace(/\ufffd+$/, '');
  return `${kept}...`;
}

/** One byte per character, so that the largest batch still fits its item. */
function toAscii(text: string): string {
  return text.replace(/[^ -~]/gu, '?');
}

function tenthsOf(timings: HealthCheckResult['timings']): HealthCheckResult['timings'] {
  return Object.fromEntries(Object.entries(timings).map(([phase, ms]) => [phase, tenths(ms)]));
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
