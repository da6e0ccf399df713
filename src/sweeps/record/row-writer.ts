import { waitToRepeat } from '../../async/back-off.ts';
import { Places } from '../../async/places.ts';
import type { Clock } from '../../clock.ts';
import { BusyError } from '../../errors.ts';
import type { StatusWrite } from '../../storage/proxy-storage.ts';
import type { Storage } from '../../storage/storage.ts';

/**
 * Row writes of one checker at once. Each takes a few milliseconds, so they are thousands a second:
 * more than a checker probes, and more than the 1,000 that DynamoDB takes of a pool before it has
 * split its partition (AWS: "Designing partition keys to distribute your workload").
 */
const WRITES_AT_ONCE = 32;

/** A write that takes longer was throttled, and repeated by the client, milliseconds. */
const THROTTLED_MS = 1000;

/** The wait after a write that was throttled to the client's last repetition. */
const BACK_OFF = { firstMs: 250, maxMs: 2000 };

/**
 * Writes the rows of all batches of one invocation. A write that the storage has no room for is
 * repeated as long as there is time: the first sweep of a large pool writes every row, and that may
 * be more than its partition takes. The place is held meanwhile, so a checker that is throttled
 * writes less.
 */
export class RowWriter {
  readonly #storage: Pick<Storage, 'proxies'>;
  readonly #clock: Clock;
  readonly #hasTime: () => boolean;
  readonly #places = new Places(WRITES_AT_ONCE);
  #isThrottled = false;

  /** @param hasTime whether a write that may be throttled can still be begun */
  constructor(
    { storage, clock }: { readonly storage: Pick<Storage, 'proxies'>; readonly clock: Clock },
    hasTime: () => boolean,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#hasTime = hasTime;
  }

  /**
   * Writes a decided status; false when the row has changed since it was read.
   *
   * @throws {BusyError} when the storage has no room for it and the time is over
   */
  readonly write = (write: StatusWrite): Promise<boolean> =>
    this.#places.run(async () => {
      for (let repetition = 1; ; repetition++) {
        if (this.#isThrottled && !this.#hasTime()) {
          throw new BusyError('the storage has no room for the rows in the time of this checker');
        }
        const startedAt = this.#clock.monotonic();
        try {
          return await this.#storage.proxies.writeStatus(write);
        } catch (error) {
          if (!(error instanceof BusyError)) throw error;
          this.#isThrottled = true;
        } finally {
          if (this.#clock.monotonic() - startedAt > THROTTLED_MS) this.#isThrottled = true;
        }
        if (this.#hasTime()) await waitToRepeat(BACK_OFF, repetition);
      }
    });
}
