import type { FailureCode } from '../failure.ts';

/**
 * Socket failures by errno (errno(3), connect(2)). Few errnos say something about the proxy; those
 * that no network can cause are `unknown_failure`.
 */
const BY_ERRNO: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'connection_reset',
  ECONNABORTED: 'connection_reset',
  EPIPE: 'connection_reset',
  ENOTCONN: 'connection_reset',
  ESHUTDOWN: 'connection_reset',
  ENETRESET: 'connection_reset',
  EOF: 'connection_closed',
  ETIMEDOUT: 'timeout',
  ETIME: 'timeout',
  EHOSTUNREACH: 'host_unreachable',
  EHOSTDOWN: 'host_unreachable',
  EREMOTEIO: 'host_unreachable',
  ENONET: 'no_route',
  ENETUNREACH: 'no_route',
  ENETDOWN: 'no_route',
  EAFNOSUPPORT: 'no_route',
  EPFNOSUPPORT: 'no_route',
  EPROTONOSUPPORT: 'no_route',
  EADDRNOTAVAIL: 'out_of_resources',
  EADDRINUSE: 'out_of_resources',
  EMFILE: 'out_of_resources',
  ENFILE: 'out_of_resources',
  ENOBUFS: 'out_of_resources',
  ENOMEM: 'out_of_resources',
  EAGAIN: 'out_of_resources',
  ENOSPC: 'out_of_resources',
  ENOSR: 'out_of_resources',
  EACCES: 'not_permitted',
  EPERM: 'not_permitted',
};

/** The failure that an errno stands for; null when no network can cause it. */
export function errnoFailureOf(code: string): FailureCode | null {
  return BY_ERRNO[code] ?? null;
}
