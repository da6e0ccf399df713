import { expect } from 'vitest';
import type { Storage } from '../../../src/storage/storage.ts';
import { findUnapplied, findViolations } from './find-violations.ts';
import type { AuditExpectation } from './sweep-evidence.ts';

export { type AuditExpectation, findUnapplied };

/** Asserts that an ended sweep lost nothing and counted nothing twice. */
export async function auditSweep(
  storage: Storage,
  sweepId: string,
  expected: AuditExpectation,
): Promise<void> {
  expect(await findViolations(storage, sweepId, expected)).toEqual([]);
}
