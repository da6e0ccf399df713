import { Blame, type FailureRow, row } from '../blame.ts';

/** The ways a TLS handshake fails; the party of the handshake takes the place of `{party}`. */
const KINDS = {
  self_signed: [
    'The certificate of the {party} is self-signed, or signed by an authority that is.',
    "Trust the authority's certificate (ca), or turn the verification off if you must.",
  ],
  untrusted: [
    'The certificate of the {party} is signed by an authority that is not trusted here.',
    "Trust the authority's certificate (ca); an intermediate certificate may be missing.",
  ],
  expired: [
    'The certificate of the {party} has expired.',
    'Renew it; if it has not expired, check the clock of the machine that checks.',
  ],
  not_yet_valid: [
    'The certificate of the {party} is not valid yet.',
    'Check the clocks of both machines.',
  ],
  wrong_name: [
    'The certificate of the {party} is for another name.',
    'Use the name the certificate is for, or get one issued for this name.',
  ],
  bad_certificate: [
    'The certificate of the {party} is revoked, too weak, or otherwise unfit.',
    'Get a proper certificate issued.',
  ],
  version: [
    'The {party} speaks no TLS version that is safe to use (1.2 or later).',
    'Enable TLS 1.2 or 1.3 there.',
  ],
  not_tls: ['The {party} answered with something that is not TLS.', 'Check port and protocol.'],
  handshake: [
    'The TLS handshake with the {party} failed.',
    'The two sides share no cipher or curve, or the peer wants a client certificate.',
  ],
} as const;

type Kind = keyof typeof KINDS;

function rowsOf<Prefix extends string>(prefix: Prefix, party: string, blame: Blame) {
  const rows = (Object.keys(KINDS) as Kind[]).map((kind) => {
    const [sentence, whatToDo] = KINDS[kind];
    return [`${prefix}${kind}`, row(blame, 'final', sentence.replace('{party}', party), whatToDo)];
  });
  return Object.fromEntries(rows) as Record<`${Prefix}${Kind}`, FailureRow>;
}

/**
 * A certificate in the name of the target may be an interceptor's: it is not to be trusted unless
 * the control probe saw it too.
 */
const COMPARE_FIRST =
  'Trust its authority (ca) only if the control probe saw the same certificate; otherwise a party on the way may show it (certificateIssuer).';

/** TLS to the target (`tls_*`), to an HTTPS proxy (`tls_proxy_*`), and interception in between. */
export const TLS_FAILURES = {
  ...rowsOf('tls_', 'target', Blame.target),
  tls_self_signed: row(
    Blame.target,
    'final',
    'The certificate shown for the target is self-signed, or signed by an authority that is.',
    COMPARE_FIRST,
  ),
  tls_untrusted: row(
    Blame.target,
    'final',
    'The certificate shown for the target is signed by an authority that is not trusted here.',
    COMPARE_FIRST,
  ),
  ...rowsOf('tls_proxy_', 'proxy', Blame.proxy),
  tls_intercepted: row(
    Blame.interception,
    'final',
    "The certificate is not the target's: a party on the way decrypts the connection.",
    'Do not send secrets through this proxy; certificateIssuer names that party.',
  ),
} as const satisfies Record<string, FailureRow>;

export type TlsFailureKind = Kind;
