import type { Clock } from '../../../src/clock.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { describeLeaseKeyStorage } from './lease-keys.ts';
import { describeLeaseStorage } from './leases.ts';
import { describePolicyStorage } from './policies.ts';
import { describePoolStorage } from './pools.ts';
import { describeProxyStorage } from './proxies.ts';
import { describeResultStorage } from './results.ts';
import { describeStatusStorage } from './statuses.ts';
import { describeSweepKeyStorage } from './sweep-keys.ts';
import { describeSweepStorage } from './sweeps.ts';
import { describeUseStorage } from './uses.ts';

/** The contract of every `Storage` adapter. `createStorage` returns an empty storage each time. */
export function describeStorageContract(createStorage: (clock: Clock) => Promise<Storage>): void {
  const create = async () => {
    const clock = new FakeClock();
    return { clock, storage: await createStorage(clock) };
  };
  describePoolStorage(create);
  describePolicyStorage(create);
  describeProxyStorage(create);
  describeStatusStorage(create);
  describeLeaseStorage(create);
  describeUseStorage(create);
  describeLeaseKeyStorage(create);
  describeResultStorage(create);
  describeSweepStorage(create);
  describeSweepKeyStorage(create);
}
