import type { FailureCode } from '../failure.ts';

const BY_STATUS: ReadonlyMap<number, FailureCode> = new Map([
  [400, 'connect_not_supported'],
  [402, 'connect_payment_required'],
  [403, 'connect_forbidden'],
  [404, 'connect_not_supported'],
  [405, 'connect_not_supported'],
  [429, 'connect_rate_limited'],
  // tinyproxy's answer when it cannot reach the target.
  [500, 'connect_bad_gateway'],
  [501, 'connect_not_supported'],
  [502, 'connect_bad_gateway'],
  [503, 'connect_unavailable'],
  [504, 'connect_gateway_timeout'],
]);

/** What an HTTP status that opens no tunnel means, surely the proxy's own. */
export function proxyReplyFailure(status: number, hasCredentials: boolean): FailureCode {
  // tinyproxy says 401 for credentials that are wrong, 407 only for none.
  if (status === 407 || status === 401) return credentialFailure(hasCredentials);
  return BY_STATUS.get(status) ?? 'connect_rejected';
}

/** A demand for credentials: none were there, or these are not accepted. */
export function credentialFailure(hasCredentials: boolean): FailureCode {
  return hasCredentials ? 'auth_rejected' : 'auth_required';
}
