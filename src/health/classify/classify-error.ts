import { Blame, type FailureCode } from '../failure.ts';
import { Phase } from '../health-check-result.ts';
import { type FailureEvidence, ProbeFailure } from '../probe-failure.ts';
import { httpFailureOf } from './http-errors.ts';
import { errnoFailureOf } from './system-errors.ts';
import { isProxyTlsError, type TlsParty, tlsHandshakeFailureOf } from './tls-errors.ts';

export interface ClassifiedError {
  readonly code: FailureCode;
  readonly evidence: FailureEvidence;
}

const NO_EVIDENCE: FailureEvidence = {};

/** Maps any error that ended an attempt onto the failure table, by its code. */
export function classifyError(error: unknown, phase: Phase): ClassifiedError {
  if (error instanceof ProbeFailure) return { code: error.code, evidence: error.evidence };
  const ofProxy = phase === Phase.proxyTls || isProxyTlsError(error);
  return {
    code: failureOf(identify(error), ofProxy ? 'tls_proxy_' : 'tls_'),
    evidence: NO_EVIDENCE,
  };
}

function failureOf({ code, name }: ErrorIdentity, party: TlsParty): FailureCode {
  return (
    errnoFailureOf(code) ??
    httpFailureOf({ code, name }) ??
    tlsHandshakeFailureOf(code, party) ??
    'unknown_failure'
  );
}

/** What is wrong with an answer as such, whoever sent it. */
const OF_THE_ANSWER: ReadonlySet<FailureCode> = new Set([
  'protocol_error',
  'header_overflow',
  'content_mismatch',
  'content_undecodable',
  'too_many_redirects',
  'bad_redirect',
  'tls_not_tls',
]);
/** Refusals of a handshake that a party between the proxy and the target may have sent. */
const OF_THE_WAY: ReadonlySet<FailureCode> = new Set(['tls_version', 'tls_handshake']);

/** Blames what is wrong with an answer on the party whose bytes were read, where it is known. */
export function blameSender(
  { code, evidence }: ClassifiedError,
  sender: Blame | undefined,
): ClassifiedError {
  if (sender === undefined || evidence.blame !== undefined) return { code, evidence };
  if (OF_THE_ANSWER.has(code)) return { code, evidence: { ...evidence, blame: sender } };
  // The target was not asked directly, or does TLS then: it, or a party on the way, refuses.
  const isDisputed = sender !== Blame.target && OF_THE_WAY.has(code);
  return isDisputed
    ? { code, evidence: { ...evidence, blame: Blame.unclear } }
    : { code, evidence };
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
