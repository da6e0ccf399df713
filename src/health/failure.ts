import { Blame, type FailureRow } from './blame.ts';
import { NETWORK_FAILURES } from './failures/network-failures.ts';
import { REPLY_FAILURES } from './failures/reply-failures.ts';
import { SOCKS_FAILURES } from './failures/socks-failures.ts';
import { TLS_FAILURES } from './failures/tls-failures.ts';

export { Blame } from './blame.ts';

/**
 * Everything that can fail a probe, by its stable code. The table is total: a failure that no other
 * row describes is `unknown_failure`. `docs/failures.md` is generated from this table.
 */
const FAILURES = {
  ...NETWORK_FAILURES,
  ...TLS_FAILURES,
  ...REPLY_FAILURES,
  ...SOCKS_FAILURES,
} as const satisfies Record<string, FailureRow>;

/** The stable code of a failure. */
export type FailureCode = keyof typeof FAILURES;

/** A failure code and what it means. */
export interface FailureDescription extends FailureRow {
  readonly code: FailureCode;
}

const descriptions = new Map<string, FailureDescription>(
  (Object.keys(FAILURES) as FailureCode[]).map((code) => [code, { code, ...FAILURES[code] }]),
);
const unknown: FailureDescription = { code: 'unknown_failure', ...FAILURES.unknown_failure };

/** Tells what a failure code means; a code that is not in the table reads as `unknown_failure`. */
export function describeFailure(code: string): FailureDescription {
  return descriptions.get(code) ?? unknown;
}

/** Lists every row of the table, in the order of the documentation. */
export function listFailures(): readonly FailureDescription[] {
  return [...descriptions.values()];
}

/** True when the failure is our own and must not count against the proxy. */
export function isOurs(code: FailureCode): boolean {
  return describeFailure(code).blame === Blame.us;
}
