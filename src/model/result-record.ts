import { Blame, describeFailure, type FailureCode, isOurs } from '../health/failure.ts';
import {
  type HealthCheckResult,
  Phase,
  type PhaseTimings,
  Verdict,
} from '../health/health-check-result.ts';
import { formatRedactedUrl, type ProxyEndpoint, type ProxyLabels } from '../proxies/endpoint.ts';
import type { StoredResult } from './batch-result.ts';

/** A result as every machine format shows it; fields that do not apply are null. */
export interface ResultRecord {
  /** The URL without its password; null when the proxy has been deleted since. */
  readonly proxy: string | null;
  readonly proxyId: string;
  readonly protocol: string;
  readonly status: Verdict;
  readonly latencyMs: number;
  readonly statusCode: number | null;
  readonly attempts: number;
  readonly failure: FailureCode | null;
  readonly blame: Blame | null;
  readonly failedPhase: Phase | null;
  /** Null when none are kept: stored results have none for healthy proxies. */
  readonly timings: PhaseTimings | null;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly errorMessage: string | null;
  /** What the proxy says of itself, at most 200 printable characters; null when it says nothing. */
  readonly proxySays: string | null;
  /** What the proxy's list said about it besides its tags; absent when nothing. */
  readonly labels?: ProxyLabels;
  /** The sweep did not probe the proxy: this is what its last probe found, at `checkedAt`. */
  readonly skipped?: true;
}

type Outcome = Pick<HealthCheckResult, 'status' | 'protocol' | 'latencyMs'> &
  Partial<HealthCheckResult>;

/** Why an inconclusive failure says nothing about the proxy, by the party blamed for that. */
const DOUBTS: Partial<Record<Blame, string>> = {
  target:
    'The target did not answer when asked directly either, so this says nothing about the proxy.',
  us: 'This machine could not ask the target directly either, so this says nothing about the proxy.',
  unconfirmed:
    'Unconfirmed: the target was not asked directly (the run ended before, or its name is unknown here), so it or the proxy may be at fault.',
};

/** The record of a probe's result. */
export function toResultRecord(
  proxy: ProxyEndpoint | null,
  result: HealthCheckResult,
): ResultRecord {
  return formatRecord(proxy, result, result);
}

/** The record of a stored result; `startedAt` is its batch's. */
export function toStoredRecord(
  proxy: ProxyEndpoint | null,
  proxyId: string,
  { result, startedAt }: { readonly result: StoredResult; readonly startedAt: string },
): ResultRecord {
  const checkedAt = new Date(Date.parse(startedAt) + result.offsetMs).toISOString();
  const record = formatRecord(
    proxy,
    { proxyId, checkedAt },
    { ...result, ...blameAsStored(result) },
  );
  return result.skipped ? { ...record, skipped: true } : record;
}

/** An inconclusive result is stored without blame when the target did not answer directly. */
function blameAsStored({ status, failure, blame }: StoredResult): Pick<StoredResult, 'blame'> {
  if (blame !== undefined || status !== Verdict.inconclusive) return {};
  return failure !== undefined && isOurs(failure) ? {} : { blame: Blame.target };
}

function formatRecord(
  proxy: ProxyEndpoint | null,
  { proxyId, checkedAt }: Pick<HealthCheckResult, 'proxyId' | 'checkedAt'>,
  outcome: Outcome,
): ResultRecord {
  return {
    proxy: proxy && formatRedactedUrl(proxy),
    proxyId,
    protocol: outcome.protocol,
    status: outcome.status,
    latencyMs: outcome.latencyMs,
    statusCode: outcome.statusCode ?? null,
    attempts: outcome.attempts ?? 1,
    failure: outcome.failure ?? null,
    failedPhase: outcome.failedPhase ?? null,
    timings: outcome.timings ?? null,
    checkedAt,
    ...explain(outcome),
    proxySays: outcome.proxySays ?? null,
    ...(proxy?.labels && { labels: proxy.labels }),
  };
}

/** Whose fault an outcome is, and why, in a sentence. */
function explain({ status, failure, blame, errorMessage }: Outcome) {
  const described = failure === undefined ? null : describeFailure(failure);
  const doubt = status === Verdict.inconclusive && blame !== undefined ? DOUBTS[blame] : undefined;
  return {
    blame: blame ?? described?.blame ?? null,
    errorMessage: doubt ?? errorMessage ?? described?.sentence ?? null,
  };
}

type Cell = string | number | null;

const PHASES = Object.values(Phase);
const BEFORE_TIMINGS = [
  'proxy',
  'proxyId',
  'protocol',
  'status',
  'latencyMs',
  'statusCode',
  'attempts',
  'failure',
  'blame',
  'failedPhase',
] as const;
const AFTER_TIMINGS = ['checkedAt', 'errorMessage', 'proxySays'] as const;

/**
 * A record's fields as the columns of a table; each phase of `timings` has one of its own, and
 * `labels` are JSON. `skipped` is `true` or empty.
 */
export const RECORD_COLUMNS: readonly string[] = [
  ...BEFORE_TIMINGS,
  ...PHASES.map((phase) => `timings.${phase}`),
  ...AFTER_TIMINGS,
  'labels',
  'skipped',
];

/** A record as a row of those columns. */
export function toRecordCells(record: ResultRecord): Cell[] {
  return [
    ...BEFORE_TIMINGS.map((field) => record[field]),
    ...PHASES.map((phase) => record.timings?.[phase] ?? null),
    ...AFTER_TIMINGS.map((field) => record[field]),
    record.labels ? JSON.stringify(record.labels) : null,
    record.skipped ? 'true' : null,
  ];
}
