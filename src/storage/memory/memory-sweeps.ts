import type { Clock } from '../../clock.ts';
import { batchIndex } from '../../model/batch-range.ts';
import { type BatchCounts, ledgerPartOf, type Sweep } from '../../model/sweep.ts';
import { unlessExpired } from '../storage.ts';
import type { Deferral, LedgerMark, SweepClosing, SweepStorage } from '../sweep-storage.ts';

interface Deferrals {
  readonly receives: ReadonlySet<number>;
  readonly expiresAtEpochSeconds: number;
}

/** Sweeps and what belongs to them in maps. */
export class MemorySweeps implements SweepStorage {
  readonly #sweeps = new Map<string, Sweep>();
  readonly #ledgers = new Map<string, Map<string, BatchCounts>>();
  readonly #marks = new Map<string, Set<number>>();
  readonly #deferrals = new Map<string, Deferrals>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(sweep: Sweep): Promise<Sweep> {
    const stored = this.#sweeps.get(sweep.sweepId);
    if (stored) return stored;
    this.#sweeps.set(sweep.sweepId, sweep);
    return sweep;
  }

  async get(sweepId: string): Promise<Sweep | null> {
    return this.#find(sweepId);
  }

  async list(
    poolName: string,
    { limit, beforeSweepId }: { readonly limit: number; readonly beforeSweepId?: string },
  ): Promise<readonly Sweep[]> {
    return [...this.#sweeps.values()]
      .filter((sweep) => sweep.poolName === poolName && this.#find(sweep.sweepId) !== null)
      .filter(({ sweepId }) => beforeSweepId === undefined || sweepId < beforeSweepId)
      .sort((a, b) => (a.sweepId < b.sweepId ? 1 : -1))
      .slice(0, limit);
  }

  async markDispatched(sweepId: string, at: string): Promise<void> {
    const sweep = this.#find(sweepId);
    if (sweep) this.#sweeps.set(sweepId, { ...sweep, dispatchedAt: at });
  }

  async recordBatch({ sweepId }: Pick<Sweep, 'sweepId'>, bits: string, counts: BatchCounts) {
    const ledger = this.#ledgers.get(sweepId) ?? new Map<string, BatchCounts>();
    this.#ledgers.set(sweepId, ledger.set(bits, counts));
    const part = ledgerPartOf(bits);
    const recordedInPart = [...ledger.keys()].filter((key) => ledgerPartOf(key) === part).length;
    return { part, recordedInPart };
  }

  async markComplete(
    { sweepId }: Pick<Sweep, 'sweepId'>,
    { within, complete }: LedgerMark,
  ): Promise<ReadonlySet<number>> {
    const key = `${sweepId}#${within ?? ''}`;
    const marked = new Set(this.#marks.get(key)).add(complete);
    this.#marks.set(key, marked);
    return marked;
  }

  async readLedger(sweepId: string): Promise<ReadonlyMap<string, BatchCounts>> {
    const entries = [...(this.#ledgers.get(sweepId) ?? [])];
    return new Map(entries.sort(([a], [b]) => batchIndex(a) - batchIndex(b)));
  }

  async close(sweepId: string, closing: SweepClosing): Promise<boolean> {
    const sweep = this.#find(sweepId);
    if (sweep?.state !== 'running') return false;
    this.#sweeps.set(sweepId, { ...sweep, ...closing });
    return true;
  }

  async recordLateBatches(
    sweepId: string,
    lateBatches: number,
    totals: BatchCounts,
  ): Promise<void> {
    const sweep = this.#find(sweepId);
    if (!sweep || (sweep.lateBatches ?? 0) >= lateBatches) return;
    this.#sweeps.set(sweepId, { ...sweep, lateBatches, totals });
  }

  async noteDeferral({ sweepId, messageId, receive, ...item }: Deferral): Promise<void> {
    const receives = new Set(this.#findDeferrals(sweepId, messageId)).add(receive);
    const { expiresAtEpochSeconds } = item;
    this.#deferrals.set(`${sweepId}#${messageId}`, { receives, expiresAtEpochSeconds });
  }

  async readDeferrals(sweepId: string, messageId: string): Promise<ReadonlySet<number>> {
    return new Set(this.#findDeferrals(sweepId, messageId));
  }

  #findDeferrals(sweepId: string, messageId: string): ReadonlySet<number> | undefined {
    const deferrals = this.#deferrals.get(`${sweepId}#${messageId}`);
    return unlessExpired(deferrals, this.#clock.now())?.receives;
  }

  #find(sweepId: string): Sweep | null {
    return unlessExpired(this.#sweeps.get(sweepId), this.#clock.now());
  }
}
