import * as z from 'zod/mini';
import { readStoredFields, wholeNumber } from '../input.ts';

/** How the schedule spends its probes on those proxies of a pool that are worth one. */
export interface BackOff {
  /**
   * The longest that a proxy which stays inactive goes without a probe, 60 to 604,800; not more
   * often than the schedule sweeps. @default 86400
   */
  readonly maxIntervalSeconds: number;
  /**
   * How soon a proxy is probed again that has changed, or failed while leased, 60 to 86,400 in
   * whole minutes. Where the schedule's next sweep comes later, a sweep of those alone comes before
   * it. @default 300
   */
  readonly edgeIntervalSeconds: number;
}

const edgeInterval = wholeNumber(60, 86_400, 'seconds').check(
  z.multipleOf(60, 'must be a whole number of minutes'),
);

const fields = z.strictObject({
  maxIntervalSeconds: z._default(wholeNumber(60, 604_800, 'seconds'), 86_400),
  edgeIntervalSeconds: z._default(edgeInterval, 300),
});

/** The `backOff` part of a pool's policy; null turns it off. */
export const backOffSchema = z.nullable(
  fields.check(
    z.refine(
      ({ maxIntervalSeconds, edgeIntervalSeconds }) => maxIntervalSeconds >= edgeIntervalSeconds,
      {
        error: 'must be at least edgeIntervalSeconds',
        path: ['maxIntervalSeconds'],
      },
    ),
  ),
);

/**
 * Reads stored settings, which another version may have written. A setting that is missing or cannot
 * be used has its default: none decides a verdict. Null when they are off.
 */
export function readStoredBackOff(stored: unknown): BackOff | null {
  return Object(stored) === stored ? readStoredFields(fields, stored).fields : null;
}
