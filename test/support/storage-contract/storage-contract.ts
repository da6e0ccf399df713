import type { Clock } from '../../../src/clock.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { describeLeaseKeyStorage } from './lease-keys.ts';
import { describeLeaseStorage } from './leases.ts';
import { describePoolStorage } from './pools.ts';
import { describeProxyStorage } from './proxies.ts';
import { describeResultStorage } from './results.ts';
import { describeSweepStorage } from './sweeps.ts';

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
