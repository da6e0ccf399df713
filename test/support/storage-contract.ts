import type { Clock } from '../../src/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { FakeClock } from './fake-clock.ts';
import { describeLeaseKeyStorage } from './storage-contract/lease-keys.ts';
import { describeLeaseStorage } from './storage-contract/leases.ts';
import { describePoolStorage } from './storage-contract/pools.ts';
import { describeProxyStorage } from './storage-contract/proxies.ts';
import { describeResultStorage } from './storage-contract/results.ts';
import { describeSweepStorage } from './storage-contract/sweeps.ts';

/** What every `Storage` adapter keeps to. `createStorage` returns an empty one each time. */
export function describeStorageContract(createStorage: (clock: Clock) => Promise<Storage>): void {
  const create = async () => {
    const clock = new FakeClock();
    return { clock, storage: await createStorage(clock) };
  };
  describePoolStorage(create);
  describeProxyStorage(create);
  describeLeaseStorage(create);
  describeLeaseKeyStorage(create);
  describeResultStorage(create);
  describeSweepStorage(create);
}
