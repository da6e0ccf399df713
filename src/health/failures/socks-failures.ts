import { Blame, type FailureRow, row } from '../blame.ts';

/** Replies of SOCKS servers: SOCKS5 after RFC 1928, section 6; SOCKS4 after its own memo. */
export const SOCKS_FAILURES = {
  socks_general_failure: row(
    Blame.unclear,
    'retried',
    'The proxy reports a general failure (SOCKS5 reply 1).',
    'Try another target; if that works, this one cannot be reached from the proxy.',
  ),
  socks_not_allowed: row(
    Blame.proxy,
    'final',
    'The rules of the proxy forbid this target or port (SOCKS5 reply 2).',
    'Ask the provider which targets and ports are allowed.',
  ),
  socks_network_unreachable: row(
    Blame.target,
    'retried',
    'The proxy has no route to the network of the target (SOCKS5 reply 3).',
    'If the target is up, the way out of this proxy is broken.',
  ),
  socks_host_unreachable: row(
    Blame.target,
    'retried',
    'The proxy cannot reach or resolve the host of the target (SOCKS5 reply 4).',
    'If the target is up, the way out or the resolver of this proxy is broken.',
  ),
  socks_target_refused: row(
    Blame.target,
    'retried',
    'The target refused the connection of the proxy (SOCKS5 reply 5).',
    'If the target is up, it or a firewall blocks this exit.',
  ),
  socks_ttl_expired: row(
    Blame.target,
    'retried',
    'The way from the proxy to the target has a loop or timed out (SOCKS5 reply 6).',
    'If the target is up, the way out of this proxy is broken.',
  ),
  socks_command_not_supported: row(
    Blame.proxy,
    'final',
    'The proxy does not support CONNECT (SOCKS5 reply 7).',
    'Check the port and protocol of the entry.',
  ),
  socks_address_not_supported: row(
    Blame.proxy,
    'final',
    'The proxy does not support this kind of target address (SOCKS5 reply 8).',
    'Use a target whose host is a name or an address of the other family.',
  ),
  socks_onion_not_found: row(
    Blame.target,
    'retried',
    'The onion service has no descriptor, or an invalid one (Tor, SOCKS5 replies F0 and F1).',
    'Check the address; the service may be offline.',
  ),
  socks_onion_unreachable: row(
    Blame.target,
    'retried',
    'The onion service cannot be introduced to or met (Tor, SOCKS5 replies F2, F3 and F7).',
    'The service may be offline or under load.',
  ),
  socks_onion_unauthorized: row(
    Blame.target,
    'final',
    'The onion service wants a client authorization (Tor, SOCKS5 replies F4 and F5).',
    'Give the key of the service to the Tor client that serves as the proxy.',
  ),
  socks_onion_bad_address: row(
    Blame.target,
    'final',
    'The address is not one of an onion service (Tor, SOCKS5 reply F6).',
    'Check the host of targetUrl.',
  ),
  socks_rejected: row(
    Blame.unclear,
    'retried',
    'The proxy rejected the request without a reason (SOCKS4 reply 91, or an unassigned one).',
    'It may want the name resolved elsewhere (socks4a), or may not reach the target.',
  ),
  socks_version: row(
    Blame.proxy,
    'final',
    'The answer is not of the SOCKS version that the entry names.',
    'Check the protocol of the entry: socks4 or socks5, or something else on that port.',
  ),
  socks_no_method: row(
    Blame.credentials,
    'final',
    'The proxy accepts no authentication that was offered (SOCKS5 method FF, or another).',
    'Without a user name and password, add them; with them, ask the provider for RFC 1929, or to allow your address.',
  ),
  socks_bad_reply: row(
    Blame.proxy,
    'final',
    'The SOCKS reply is malformed.',
    'The peer misbehaves; check that it is a proxy of the listed protocol.',
  ),
} as const satisfies Record<string, FailureRow>;
