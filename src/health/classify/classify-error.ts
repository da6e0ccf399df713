import type { FailureCode } from '../failure.ts';
import { Phase } from '../health-check-result.ts';
import { type FailureEvidence, ProbeFailure } from '../probe-failure.ts';
import { httpFailureOf } from './http-errors.ts';
import { errnoFailureOf } from './system-errors.ts';
import { tlsHandshakeFailureOf } from './tls-errors.ts';

export interface ClassifiedError {
  readonly code: FailureCode;
  readonly evidence: FailureEvidence;
}

const NO_EVIDENCE: FailureEvidence = {};

/** Maps whatever ended an attempt onto the failure table, by its code. Total. */
export function classifyError(error: unknown, phase: Phase): ClassifiedError {
  if (error instanceof ProbeFailure) return { code: error.code, evidence: error.evidence };
  const code = codeOf(error);
  return { code: failureOf(code, phase), evidence: NO_EVIDENCE };
}

function failureOf(code: string, phase: Phase): FailureCode {
  const party = phase === Phase.proxyTls ? 'tls_proxy_' : 'tls_';
  return (
    errnoFailureOf(code) ??
    httpFailureOf(code) ??
    tlsHandshakeFailureOf(code, party) ??
    'unknown_failure'
  );
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
