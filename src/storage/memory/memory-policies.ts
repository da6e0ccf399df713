import type { Clock } from '../../clock.ts';
import type { PoolPolicy } from '../../model/pool.ts';
import { readStoredPolicy } from '../../model/stored-policy.ts';
import type { PolicyStorage, PolicyVersion } from '../policy-storage.ts';
import { unlessExpired } from '../storage.ts';

/** Versions of policies in a map. */
export class MemoryPolicies implements PolicyStorage {
  readonly #versions = new Map<string, PolicyVersion>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(version: PolicyVersion): Promise<void> {
    const policy = readStoredPolicy(version.policy);
    this.#versions.set(version.policyVersion, { ...version, policy });
  }

  async get(policyVersion: string): Promise<PoolPolicy | null> {
    return unlessExpired(this.#versions.get(policyVersion), this.#clock.now())?.policy ?? null;
  }

  async retire(policyVersion: string, expiresAtEpochSeconds: number): Promise<void> {
    const version = this.#versions.get(policyVersion);
    if (version) this.#versions.set(policyVersion, { ...version, expiresAtEpochSeconds });
  }
}
