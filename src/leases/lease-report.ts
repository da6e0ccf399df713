import * as z from 'zod/mini';
import { parseWith } from '../input.ts';
import { LeaseOutcome } from '../model/proxy-row.ts';
import { parseHost } from '../proxies/host.ts';

const NOT_A_HOST = 'must be a host such as shop.example, without scheme, port or path';

/** The most characters of a host in any spelling: RFC 1035 allows 253, an IDNA name has no more. */
const MAX_SPELLING = 300;

/** A target's host in canonical form: lower case, IDNA; null when the text is not a host. */
function canonicalHost(text: string): string | null {
  if (text.length > MAX_SPELLING) return null;
  const host = parseHost(text.trim());
  // The blocks of a proxy are a map by host, and no map of DynamoDB's client keeps that one.
  return typeof host === 'string' && host !== '__proto__' ? host : null;
}

/** Takes a target's host in any spelling and returns its canonical form. */
export const targetHostSchema = z.pipe(
  z
    .string(NOT_A_HOST)
    .check(z.refine((text) => canonicalHost(text) !== null, { error: NOT_A_HOST })),
  z.transform((text: string) => canonicalHost(text) ?? text),
);

const outcomes = Object.values(LeaseOutcome);
const outcomeSchema = z.enum(outcomes, `must be one of ${outcomes.join(', ')}`);

/** How a use went, with the target it was about. */
export const leaseReportSchema = z.strictObject({
  outcome: outcomeSchema,
  /** With `blocked`: the target that refused the proxy. It changes nothing with other outcomes. */
  targetHost: z.optional(targetHostSchema),
});

export type LeaseReport = Readonly<z.input<typeof leaseReportSchema>>;
export type ParsedLeaseReport = Readonly<z.output<typeof leaseReportSchema>>;

/** Parses a report. @throws {InvalidInputError} when a field cannot be used, with its pointer */
export function parseLeaseReport(input: LeaseOutcome | LeaseReport): ParsedLeaseReport {
  const report = typeof input === 'string' ? { outcome: input } : input;
  return parseWith(leaseReportSchema, report, { what: 'the outcome' });
}
