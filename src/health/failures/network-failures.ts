import { Blame, type FailureRow, row } from '../blame.ts';

/** Names, addresses, routes, connections, and our own machine. */
export const NETWORK_FAILURES = {
  timeout: row(
    Blame.proxy,
    'retried',
    'The attempt did not finish by its deadline.',
    'See failedPhase for where it waited; raise timeoutMs only if the proxy is known to be slow.',
  ),
  refused: row(
    Blame.proxy,
    'retried',
    'Nothing listens on the address and port of the proxy, or a firewall rejects them.',
    'Check host and port with the provider; the proxy may be down.',
  ),
  connection_reset: row(
    Blame.proxy,
    'retried',
    'The connection was reset by the other side.',
    'See failedPhase; at connect or handshake, the proxy does not serve your address.',
  ),
  connection_closed: row(
    Blame.proxy,
    'retried',
    'The connection was closed before an answer was complete.',
    'See failedPhase; in the handshake, the proxy may not speak the protocol that its entry names.',
  ),
  host_unreachable: row(
    Blame.proxy,
    'retried',
    'The host of the proxy cannot be reached.',
    'The host is down or its network is not announced; check the address.',
  ),
  address_refused: row(
    Blame.unclear,
    'final',
    'The address or port is not one that may be dialed from here.',
    'Only public addresses are dialed unless private ones are allowed; check the entry, its DNS record or the redirect.',
  ),
  dns_not_found: row(
    Blame.proxy,
    'final',
    "The name of the proxy's host does not exist.",
    'Check the spelling of the host; the provider may have retired it.',
  ),
  dns_failed: row(
    Blame.proxy,
    'retried',
    "The name servers of the proxy's host answered with an error.",
    'The DNS zone of the host is broken; tell its operator.',
  ),
  dns_timeout: row(
    Blame.proxy,
    'retried',
    "The look-up of the proxy's host was not answered in time, while others were.",
    'The name servers of the host do not answer; tell their operator.',
  ),
  target_name_unresolved: row(
    Blame.target,
    'retried',
    "The name of the target's host could not be resolved here, which plain SOCKS4 and the control probe need.",
    'Check targetUrl; where only the proxy can resolve the name, list the proxy as socks4a.',
  ),
  resolver_unavailable: row(
    Blame.us,
    'retried',
    'The resolver of this machine does not answer.',
    'Check the DNS settings of the machine that checks.',
  ),
  no_route: row(
    Blame.us,
    'final',
    'This machine has no route to such an address (often IPv6).',
    'Give the machine that checks a route, or list the proxy by another address.',
  ),
  out_of_resources: row(
    Blame.us,
    'retried',
    'This machine ran out of descriptors, ports or memory.',
    'Lower the concurrency or raise the limits (ulimit -n) of the machine that checks.',
  ),
  not_permitted: row(
    Blame.us,
    'final',
    'This machine is not permitted to make the connection.',
    'Look at the local firewall or sandbox of the machine that checks.',
  ),
  checker_starved: row(
    Blame.us,
    'retried',
    'This machine was too busy, or asleep, to watch the attempt until its deadline.',
    'Lower the concurrency or give the machine that checks more CPU.',
  ),
  unsupported_protocol: row(
    Blame.us,
    'final',
    'No strategy is registered for the protocol of this proxy.',
    'Register one with registerStrategy, or correct the protocol of the entry.',
  ),
  unknown_failure: row(
    Blame.unclear,
    'final',
    'The attempt failed in a way Lighthouse does not know.',
    'Please report it, with the protocol of the proxy and the failed phase.',
  ),
} as const satisfies Record<string, FailureRow>;
