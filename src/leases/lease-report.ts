import * as z from 'zod/mini';
import { LeaseOutcome } from '../model/lease-outcome.ts';
import { parseWith } from '../schema-parts.ts';
import { targetHostSchema } from './target-host.ts';

const outcomes = Object.values(LeaseOutcome);
const outcomeSchema = z.enum(outcomes, `must be one of ${outcomes.join(', ')}`);

/** How a use went, with the target it was about. */
export const leaseReportSchema = z.strictObject({
  outcome: outcomeSchema,
  /** Of `blocked`: the target that refused the proxy. Of the others it changes nothing. */
  targetHost: z.optional(targetHostSchema),
});

export type LeaseReport = Readonly<z.input<typeof leaseReportSchema>>;
export type ParsedLeaseReport = Readonly<z.output<typeof leaseReportSchema>>;

/** @throws {InvalidInputError} with a pointer to each field that cannot be used */
export function parseLeaseReport(input: LeaseOutcome | LeaseReport): ParsedLeaseReport {
  const report = typeof input === 'string' ? { outcome: input } : input;
  return parseWith(leaseReportSchema, report, 'The outcome');
}
