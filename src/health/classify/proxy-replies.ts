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

/** The failure for a status that opens no tunnel, which is certainly the proxy's own. */
export function proxyReplyFailure(status: number, hasCredentials: boolean): FailureCode {
  // tinyproxy answers 401 to wrong credentials and 407 only to missing ones.
  if (status === 407 || status === 401) return credentialFailure(hasCredentials);
  return BY_STATUS.get(status) ?? 'connect_rejected';
}

/** The failure for a demand for credentials: none were sent, or those sent are not accepted. */
export function credentialFailure(hasCredentials: boolean): FailureCode {
  return hasCredentials ? 'auth_rejected' : 'auth_required';
}
