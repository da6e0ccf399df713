import type { Clock } from '../../clock.ts';
import type { LeaseKeyRecord, LeaseKeyStorage } from '../lease-key-storage.ts';
import { unlessExpired } from '../storage.ts';

/** Idempotency keys in a map. */
export class MemoryLeaseKeys implements LeaseKeyStorage {
  readonly #records = new Map<string, LeaseKeyRecord>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(record: LeaseKeyRecord): Promise<LeaseKeyRecord> {
    const stored = this.#find(record.keyHash);
    if (!stored) this.#records.set(record.keyHash, record);
    return stored ?? record;
  }

  async get(keyHash: string): Promise<LeaseKeyRecord | null> {
    return this.#find(keyHash);
  }

  #find(keyHash: string): LeaseKeyRecord | null {
    return unlessExpired(this.#records.get(keyHash), this.#clock.now());
  }
}
