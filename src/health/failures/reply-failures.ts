import { Blame, type FailureRow, row } from '../blame.ts';

/**
 * HTTP replies: those of the proxy itself (`connect_*`, to CONNECT or in absolute form with fields
 * that only it can have sent), and those of the target to the request.
 */
export const REPLY_FAILURES = {
  auth_required: row(
    Blame.credentials,
    'final',
    'The proxy asks for a user name and password, and the entry has none.',
    'Add the credentials to the entry, or ask the provider to allow your address.',
  ),
  auth_rejected: row(
    Blame.credentials,
    'final',
    'The proxy does not accept the user name and password.',
    'Check the credentials, and whether the subscription still runs.',
  ),
  auth_scheme_unsupported: row(
    Blame.credentials,
    'final',
    'The proxy asks for credentials by a scheme other than Basic (NTLM, Negotiate, Digest).',
    'User name and password may be right; ask the provider for Basic, or to allow your address.',
  ),
  connect_rate_limited: row(
    Blame.quota,
    'retried',
    'The proxy itself answered 429: too many requests.',
    "Slow down, or raise the provider's limit.",
  ),
  connect_payment_required: row(
    Blame.quota,
    'final',
    'The proxy itself answered 402: the traffic or the subscription is used up.',
    'Look at the account with the provider.',
  ),
  connect_forbidden: row(
    Blame.proxy,
    'final',
    'The proxy itself answered 403: its rules forbid this target or port.',
    'See proxySays; ask the provider which targets and ports are allowed.',
  ),
  connect_not_supported: row(
    Blame.proxy,
    'final',
    'The proxy does not tunnel (400, 404, 405 or 501 to CONNECT); it may not be a proxy at all.',
    'Check the port; for a proxy of plain HTTP only, use an http: target.',
  ),
  connect_bad_gateway: row(
    Blame.target,
    'retried',
    'The proxy itself answered 502 or 500: it could not reach the target.',
    'See proxySays; if the target is up, the way out of this proxy is broken.',
  ),
  connect_unavailable: row(
    Blame.target,
    'retried',
    'The proxy itself answered 503: it has no way to the target at the moment.',
    'See proxySays; if the target is up, the proxy is overloaded or has no exit left.',
  ),
  connect_gateway_timeout: row(
    Blame.target,
    'retried',
    'The proxy itself answered 504: the target did not answer it in time.',
    'If the target is up, the way out of this proxy is broken.',
  ),
  connect_rejected: row(
    Blame.proxy,
    'final',
    'The proxy itself answered with a status that opens no way to the target.',
    'See statusCode and proxySays; ask the provider what it means.',
  ),
  unexpected_status: row(
    Blame.target,
    'retried',
    'The target answered, through the tunnel, with a status that is not expected.',
    'See statusCode; the target may block this exit, or expectedStatusCodes may lack it.',
  ),
  unclear_status: row(
    Blame.unclear,
    'retried',
    'A status that is not expected came back, from the target or from the proxy in its place.',
    'See statusCode; an https: target tells the two apart.',
  ),
  content_mismatch: row(
    Blame.unclear,
    'final',
    'The body does not contain the text that bodyIncludes asks for.',
    'The proxy may show a page of its own, or the target may show this exit another page.',
  ),
  content_undecodable: row(
    Blame.unclear,
    'final',
    'The body is damaged, or encoded otherwise than in gzip, deflate or br.',
    'See whether the target sends such a body without a proxy; a proxy may encode what it passes on.',
  ),
  too_many_redirects: row(
    Blame.unclear,
    'final',
    'More than 5 redirects followed one another.',
    'Use the last address of the chain as targetUrl; a proxy may redirect to its own page.',
  ),
  bad_redirect: row(
    Blame.unclear,
    'final',
    'A redirect had no usable Location.',
    'Check the target without a proxy.',
  ),
  header_overflow: row(
    Blame.proxy,
    'final',
    'The header of an answer did not end within 16 KiB (64 KiB inside TLS with the target).',
    'The peer misbehaves; check that it is a proxy of the listed protocol.',
  ),
  protocol_error: row(
    Blame.proxy,
    'final',
    'The peer does not speak proper HTTP.',
    'Check the port and protocol of the entry; another service may listen there.',
  ),
} as const satisfies Record<string, FailureRow>;
