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

/** Maps any error that ended an attempt onto the failure table, by its code. */
export function classifyError(error: unknown, phase: Phase): ClassifiedError {
  if (error instanceof ProbeFailure) return { code: error.code, evidence: error.evidence };
  return { code: failureOf(identify(error), phase), evidence: NO_EVIDENCE };
}

function failureOf({ code, name }: ErrorIdentity, phase: Phase): FailureCode {
  const party = phase === Phase.proxyTls ? 'tls_proxy_' : 'tls_';
  return (
    errnoFailureOf(code) ??
    httpFailureOf({ code, name }) ??
    tlsHandshakeFailureOf(code, party) ??
    'unknown_failure'
  );
}

interface ErrorIdentity {
  readonly code: string;
  readonly name: string;
}

function identify(error: unknown): ErrorIdentity {
  if (!(error instanceof Error)) return { code: '', name: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, name: error.name };
}
