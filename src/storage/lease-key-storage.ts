/**
 * The outcome of one request with an idempotency key. The lease id is as powerful as the lease: a
 * reader of this record can renew and release it. The record does not contain the key itself.
 */
export interface LeaseKeyRecord {
  /** Unique to the pool, the consumer and the key. */
  readonly keyHash: string;
  readonly leaseId: string;
  /** Shows whether another request with the same key asks for the same thing. */
  readonly requestHash: string;
  readonly expiresAtEpochSeconds: number;
}

/** Stores the idempotency keys of acquisitions. */
export interface LeaseKeyStorage {
  /** Stores the record unless one exists; returns the stored one. */
  put(record: LeaseKeyRecord): Promise<LeaseKeyRecord>;
  /** Reads consistently; null when there is none. */
  get(keyHash: string): Promise<LeaseKeyRecord | null>;
}
