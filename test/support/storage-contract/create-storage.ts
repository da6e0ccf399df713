import type { Storage } from '../../../src/storage/storage.ts';
import type { FakeClock } from '../fakes/fake-clock.ts';

/** Creates an empty storage with the clock that decides what has expired. */
export type CreateStorage = () => Promise<{
  readonly storage: Storage;
  readonly clock: FakeClock;
}>;
