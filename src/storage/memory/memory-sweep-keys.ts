import type { Clock } from '../../clock.ts';
import { unlessExpired } from '../storage.ts';
import type { SweepKeyRecord, SweepKeyStorage } from '../sweep-key-storage.ts';

/** Idempotency keys of sweeps in a map. */
export class MemorySweepKeys implements SweepKeyStorage {
  readonly #records = new Map<string, SweepKeyRecord>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(record: SweepKeyRecord, replaces?: string): Promise<SweepKeyRecord> {
    const stored = this.#find(record.keyHash);
    if (stored && stored.answer !== replaces) return stored;
    this.#records.set(record.keyHash, record);
    return record;
  }

  async get(keyHash: string): Promise<SweepKeyRecord | null> {
    return this.#find(keyHash);
  }

  #find(keyHash: string): SweepKeyRecord | null {
    return unlessExpired(this.#records.get(keyHash), this.#clock.now());
  }
}
