/** What a request with an idempotency key began. The record does not contain the key itself. */
export interface SweepKeyRecord {
  /** Unique to the key and to what it is scoped by: a pool, or all inline lists. */
  readonly keyHash: string;
  /** A sweep's id; of an inline list, the name of its pool. */
  readonly answer: string;
  /** Shows whether another request with the same key asks for the same thing. */
  readonly requestHash?: string;
  readonly expiresAtEpochSeconds: number;
}

/** Stores the idempotency keys of sweeps. */
export interface SweepKeyStorage {
  /**
   * Stores the record unless one exists; returns the stored one.
   *
   * @param replaces the answer of an existing record that this one may replace
   */
  put(record: SweepKeyRecord, replaces?: string): Promise<SweepKeyRecord>;
  /** Reads consistently; null when there is none. */
  get(keyHash: string): Promise<SweepKeyRecord | null>;
}
