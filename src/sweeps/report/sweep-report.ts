import type { LeaseFigures } from '../../model/lease-figures.ts';
import { type BatchCounts, type Sweep, SweepState } from '../../model/sweep.ts';
import type { Storage } from '../../storage/storage.ts';
import { sumCounts } from '../record/batch-counts.ts';
import { countLateBatches } from '../record/close-sweep.ts';
import { type CountsReport, reportCounts } from '../record/counts-report.ts';
import { requireSweep } from '../require-sweep.ts';

/** A sweep's progress and outcome. */
export interface SweepReport extends CountsReport {
  readonly sweepId: string;
  readonly poolName: string;
  readonly state: SweepState;
  readonly trigger: Sweep['trigger'];
  /** It probes only what cannot wait for the schedule's next sweep. */
  readonly edge: boolean;
  readonly startedAt: string;
  readonly deadlineAt: string;
  readonly closedAt: string | null;
  readonly batches: {
    readonly total: number;
    /** How many are in the ledger by now. */
    readonly recorded: number;
    /** How many were recorded after the sweep had closed. */
    readonly late: number;
    /** Names of the batches that the sweep was closed without and that have not come since. */
    readonly missing: readonly string[];
  };
  /** How much was leased when its batches began; null when no batch recorded it. */
  readonly leasing: LeaseFigures | null;
}

/**
 * Reads a sweep's progress while it runs, and its outcome afterwards; both come from the ledger.
 *
 * @throws {NotFoundError} when there is no such sweep
 */
export async function readSweepReport(
  { storage }: { readonly storage: Storage },
  sweepId: string,
): Promise<SweepReport> {
  const sweep = await requireSweep(storage, sweepId);
  const ledger = await storage.sweeps.readLedger(sweepId);
  const counts = sumCounts(ledger.values());
  const { poolName, state, trigger, startedAt, deadlineAt, closedAt } = sweep;
  return {
    sweepId,
    poolName,
    state,
    trigger,
    edge: sweep.edge === true,
    startedAt,
    deadlineAt,
    closedAt: closedAt ?? null,
    batches: reportBatches(sweep, ledger),
    leasing: counts.leasing ?? null,
    ...reportCounts(counts),
  };
}

function reportBatches(sweep: Sweep, ledger: ReadonlyMap<string, BatchCounts>) {
  const total = 2 ** sweep.bitCount;
  if (sweep.state === SweepState.running) {
    return { total, recorded: ledger.size, late: 0, missing: [] };
  }
  const missing = (sweep.missingBatches ?? []).filter((bits) => !ledger.has(bits));
  return { total, recorded: ledger.size, late: countLateBatches(sweep, ledger), missing };
}
