import * as z from 'zod';
import { Blame, type FailureCode } from '../../health/failure.ts';
import { SweepState } from '../../model/sweep.ts';
import { formatFailures, formatLatency, formatStatuses } from '../output/summary-text.ts';

const count = z.number();
const percentile = z.number().nullable();

/** What the command line reads of `GET /sweeps/{id}`. */
export const sweepReportSchema = z.looseObject({
  sweepId: z.string(),
  poolName: z.string(),
  state: z.enum(SweepState),
  startedAt: z.string(),
  closedAt: z.string().nullable(),
  batches: z.object({ total: count, recorded: count, late: count, missing: z.array(z.string()) }),
  totals: z.object({ active: count, slow: count, inactive: count, inconclusive: count }),
  latencyMs: z.object({ p50: percentile, p95: percentile, p99: percentile }),
  failures: z.array(
    z.object({
      code: z.string().transform((code) => code as FailureCode),
      blame: z.enum(Blame),
      count,
    }),
  ),
  bytes: count,
});
export type SweepReport = z.infer<typeof sweepReportSchema>;

/** A sweep's report for people. */
export function formatSweepReport(report: SweepReport, colour: boolean): string {
  const { sweepId, poolName, state, batches } = report;
  const late = batches.late > 0 ? `, ${batches.late} of them late` : '';
  const missing = batches.missing.length > 0 ? `, without ${batches.missing.join(' ')}` : '';
  const rows: readonly [label: string, text: string][] = [
    ['sweep', `${sweepId} of ${poolName}`],
    ['state', `${state}, ${batches.recorded} of ${batches.total} batches${late}${missing}`],
    ['proxies', formatStatuses(report.totals, colour)],
    ['failures', formatFailures(report.failures)],
    ['latency', formatLatency(report.latencyMs)],
    ['each', `lighthouse results ${sweepId}`],
  ];
  const lines = rows.filter(([, text]) => text).map(([label, text]) => label.padEnd(10) + text);
  return `${lines.join('\n')}\n`;
}
