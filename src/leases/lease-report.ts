import * as z from 'zod/mini';
import { parseWith } from '../input.ts';
import { LeaseOutcome } from '../model/proxy-row.ts';
import { parseHost } from '../proxies/host.ts';

const NOT_A_HOST = 'must be a host such as shop.example, without scheme, port or path';

/** Characters of a host in any spelling: RFC 1035 allows 253, an IDNA name has no more. */
const MAX_SPELLING = 300;

/** A target's host in canonical form: lower case, IDNA; null for what is none. */
function canonicalHost(text: string): string | null {
  if (text.length > MAX_SPELLING) return null;
  const host = parseHost(text.trim());
  return typeof host === 'string' ? host : null;
}

/** A target's host in any spelling; comes out in its canonical form. */
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
  /** Of `blocked`: the target that refused the proxy. Of the others it changes nothing. */
  targetHost: z.optional(targetHostSchema),
});

export type LeaseReport = Readonly<z.input<typeof leaseReportSchema>>;
export type ParsedLeaseReport = Readonly<z.output<typeof leaseReportSchema>>;

/** @throws {InvalidInputError} with a pointer to each field that cannot be used */
export function parseLeaseReport(input: LeaseOutcome | LeaseReport): ParsedLeaseReport {
  const report = typeof input === 'string' ? { outcome: input } : input;
  return parseWith(leaseReportSchema, report, { what: 'the outcome' });
}
