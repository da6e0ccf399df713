import * as z from 'zod/mini';
import { parseWith, readStoredFields, wholeNumber } from '../input.ts';

/** How a pool reacts to what its users report. */
export interface LeasingSettings {
  /** Failed uses in a row until a proxy is quarantined, 1 to 100; null means never. @default 5 */
  readonly quarantineAfterFailures: number | null;
  /**
   * Length of the first quarantine, 1 to 3,600. Each further failure in a row adds as much: one
   * more failure after a quarantine starts the next one, twice as long. @default 30
   */
  readonly quarantineSeconds: number;
  /** Length of the longest quarantine, from `quarantineSeconds` to 86,400. @default 300 */
  readonly maxQuarantineSeconds: number;
  /**
   * The largest share of a batch in quarantine at once, 0 to 50, rounded down; banned and inactive
   * proxies do not count. At 10, a batch with fewer than 10 others has none. @default 10
   */
  readonly maxQuarantinedPercent: number;
  /** How long a target that blocked a proxy counts as blocking it, 60 to 604,800. @default 3600 */
  readonly blockSeconds: number;
}

const LONG_ENOUGH = 'must be at least quarantineSeconds';

/** The `leasing` part of a pool's policy; every field is optional, and 0 failures turn it off. */
export const leasingSettingsSchema = z
  .strictObject({
    quarantineAfterFailures: z._default(
      z.pipe(
        z.nullable(wholeNumber(0, 100)),
        z.transform((failures: number | null) => failures || null),
      ),
      5,
    ),
    quarantineSeconds: z._default(wholeNumber(1, 3600), 30),
    maxQuarantineSeconds: z._default(wholeNumber(1, 86_400), 300),
    maxQuarantinedPercent: z._default(wholeNumber(0, 50), 10),
    blockSeconds: z._default(wholeNumber(60, 604_800), 3600),
  })
  .check(z.refine(isLongEnough, { error: LONG_ENOUGH, path: ['maxQuarantineSeconds'] }));

/** The settings of a pool that was given none. */
export const DEFAULT_LEASING: LeasingSettings = leasingSettingsSchema.parse({});

/**
 * Reads stored settings, which another version may have written. A setting that is missing or cannot
 * be used has its default: leases go on whatever is stored.
 */
export function readStoredLeasing(stored: unknown): LeasingSettings {
  const { fields } = readStoredFields(leasingSettingsSchema, stored);
  const { quarantineSeconds, maxQuarantineSeconds } = fields;
  return {
    ...fields,
    maxQuarantineSeconds: Math.max(quarantineSeconds, maxQuarantineSeconds),
  };
}

function isLongEnough(settings: {
  readonly quarantineSeconds: number;
  readonly maxQuarantineSeconds: number;
}): boolean {
  return settings.maxQuarantineSeconds >= settings.quarantineSeconds;
}

/** How many consumers may hold a proxy at once: 1 to 100, or null for any number. */
export const maxConcurrencySchema = z.nullable(wholeNumber(1, 100));

/** Checks how many consumers may hold a proxy. @throws {InvalidInputError} when out of range */
export function parseMaxConcurrency(maxConcurrency: number | null): number | null {
  const schema = z.object({ maxConcurrency: maxConcurrencySchema });
  return parseWith(schema, { maxConcurrency }, { what: 'the number of consumers' }).maxConcurrency;
}
