import type { Storage } from '../../../src/storage/storage.ts';
import type { FakeClock } from '../fakes/fake-clock.ts';

/** Makes an empty storage, with the clock it expires items by. */
export type CreateStorage = () => Promise<{
  readonly storage: Storage;
  readonly clock: FakeClock;
}>;
