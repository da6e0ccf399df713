/**
 * What one request with an idempotency key came to. Its lease id is as good as the lease: whoever
 * may read this record may renew and release it. The key itself is not in it.
 */
export interface LeaseKeyRecord {
  /** Tells the pool, its consumer and the key apart from all others. */
  readonly keyHash: string;
  readonly leaseId: string;
  /** Tells whether another request with the key is the same one. */
  readonly requestHash: string;
  readonly expiresAtEpochSeconds: number;
}

/** Where the idempotency keys of acquisitions are kept. */
export interface LeaseKeyStorage {
  /** Stores the record unless one is there; returns the one that is stored. */
  put(record: LeaseKeyRecord): Promise<LeaseKeyRecord>;
  /** Consistent; null when there is none. */
  get(keyHash: string): Promise<LeaseKeyRecord | null>;
}
