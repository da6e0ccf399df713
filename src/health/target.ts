import { isIP } from 'node:net';

/** A URL taken apart once, for all the probes that ask for it. */
export interface Target {
  readonly url: URL;
  /** The URL up to its host and port. */
  readonly originUrl: URL;
  readonly secure: boolean;
  /** Host name, or IP literal without brackets. */
  readonly host: string;
  readonly port: number;
  /** 4 or 6 for a literal address, 0 for a name. */
  readonly family: number;
  /** `host:port` as CONNECT wants it, an IPv6 literal in brackets. */
  readonly authority: string;
  /** The origin form of the request target (RFC 9112, section 3.2.1). */
  readonly path: string;
  /** The absolute form of the request target (RFC 9112, section 3.2.2), without fragment. */
  readonly absoluteUrl: string;
}

/** Takes a validated `http:` or `https:` URL apart. */
export function toTarget(url: URL): Target {
  const secure = url.protocol === 'https:';
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const defaultPort = secure ? 443 : 80;
  const port = url.port === '' ? defaultPort : Number(url.port);
  const path = `${url.pathname}${url.search}`;
  return {
    url,
    originUrl: new URL(url.origin),
    secure,
    host,
    port,
    family: isIP(host),
    authority: `${url.hostname}:${port}`,
    path,
    absoluteUrl: `${url.origin}${path}`,
  };
}
