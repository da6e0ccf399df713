import { ProxyStatus } from '../../health/rise-fall.ts';
import type { BatchResult } from '../../model/batch-result.ts';
import { EventType } from '../../model/event-names.ts';
import { FORMAT } from '../../model/format.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { type ResultRecord, toStoredRecord } from '../../model/result-record.ts';
import { type Sweep, SweepState } from '../../model/sweep.ts';
import { formatRedactedUrl, type ProxyLabels } from '../../proxies/endpoint.ts';
import { type CountsReport, reportCounts } from './counts-report.ts';

/** What the details of all events begin with. */
interface EventDetail {
  /** The format of the detail; see `FORMAT`. */
  readonly format: number;
}

/** A sweep has changed a proxy's status; not sent for the first verdict on an `unknown` proxy. */
export interface ProxyStatusChanged {
  readonly type: typeof EventType.proxyStatusChanged;
  /** Instant of the change, ISO 8601. */
  readonly at: string;
  readonly detail: EventDetail & {
    /** The same whenever the event is sent again: `<sweepId>:<proxyId>`. */
    readonly eventId: string;
    readonly pool: string;
    readonly proxyId: string;
    /** The URL without its password. */
    readonly proxy: string;
    /** What its list said about it besides its tags; absent when nothing. */
    readonly labels?: ProxyLabels;
    readonly previousStatus: ProxyStatus;
    readonly status: ProxyStatus;
    readonly statusSince: string;
    readonly sweepId: string;
    /** What was found by the probe whose verdict completed the change. */
    readonly result: Omit<ResultRecord, 'proxy' | 'proxyId' | 'labels'>;
  };
}

/** A sweep has been closed. */
export interface SweepFinished {
  readonly type: typeof EventType.sweepFinished;
  /** Instant of the close, ISO 8601. */
  readonly at: string;
  readonly detail: EventDetail &
    CountsReport & {
      /** The same whenever the event is sent again: the sweep's id. */
      readonly eventId: string;
      readonly pool: string;
      readonly sweepId: string;
      readonly state: Exclude<SweepState, 'running'>;
      readonly trigger: Sweep['trigger'];
      /** It probed only what could not wait for the schedule's next sweep. */
      readonly edge: boolean;
      readonly startedAt: string;
      /** Work begun later changed no status and sent no event. */
      readonly deadlineAt: string;
      readonly closedAt: string;
      /** `missing`: how many the sweep was closed without. */
      readonly batches: { readonly total: number; readonly missing: number };
    };
}

/** An event that other systems may act on. Holds no credentials. */
export type SweepEvent = ProxyStatusChanged | SweepFinished;

/**
 * Publishes events, in any order; throws unless every one of them was accepted. A repetition sends
 * the accepted ones again, so a receiver may get an event twice.
 */
export type PublishEvents = (events: readonly SweepEvent[]) => Promise<void>;

/**
 * The event of a row whose status this batch's sweep has changed; null for the first verdict on a
 * proxy. It follows from what is stored alone, so it can be made again.
 */
export function proxyStatusChanged(
  { poolName, proxy, status, previousStatus, statusSince }: ProxyRow,
  { sweepId, startedAt, results }: BatchResult,
): ProxyStatusChanged | null {
  const result = results.get(proxy.id);
  if (!result || previousStatus === undefined || previousStatus === ProxyStatus.unknown) {
    return null;
  }
  const found = toStoredRecord(proxy, proxy.id, { result, startedAt });
  const { proxy: _url, proxyId, labels, ...record } = found;
  return {
    type: EventType.proxyStatusChanged,
    at: statusSince,
    detail: {
      format: FORMAT,
      eventId: `${sweepId}:${proxyId}`,
      pool: poolName,
      proxyId,
      proxy: formatRedactedUrl(proxy),
      ...(labels && { labels }),
      previousStatus,
      status,
      statusSince,
      sweepId,
      result: record,
    },
  };
}

/** The event of a closed sweep; null for one that is still running. */
export function sweepFinished(sweep: Sweep): SweepFinished | null {
  const { sweepId, poolName, state, trigger, startedAt, deadlineAt, closedAt, totals } = sweep;
  if (state === SweepState.running || closedAt === undefined || totals === undefined) return null;
  return {
    type: EventType.sweepFinished,
    at: closedAt,
    detail: {
      format: FORMAT,
      eventId: sweepId,
      pool: poolName,
      sweepId,
      state,
      trigger,
      edge: sweep.edge === true,
      startedAt,
      deadlineAt,
      closedAt,
      batches: { total: 2 ** sweep.bitCount, missing: sweep.missingBatches?.length ?? 0 },
      ...reportCounts(totals),
    },
  };
}
