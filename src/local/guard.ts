import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { belongsToOwner } from './connection-owner.ts';

export interface GuardOptions {
  /** The key of the stack, which requests carry in the credential of their signature. */
  readonly accessKeyId: string;
  /**
   * Whether a request without a signature is answered when the kernel says that it comes from a
   * process of the stack's own user, such as `curl` in a terminal. @default false
   */
  readonly opensToOwner?: boolean;
}

/**
 * Puts a guard in front of all that a server does. It refuses with 403, before the body is read,
 * a request that another site's page may have caused (a foreign `Host`, `Origin` or
 * `Sec-Fetch-Site`; preflights too) and one without the stack's key. Call it last: it stands in
 * front of the listeners the server has by then.
 */
export function guard(server: Server, options: GuardOptions): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refusalOf(request, options);
    if (refusal !== null) return refuse(response, refusal);
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  });
}

/** Why a request is refused; null when it is not. */
function refusalOf(request: IncomingMessage, options: GuardOptions): string | null {
  if (!isAddressedHere(request)) return 'the request is addressed to another host';
  if (!comesFromOwnPage(request)) return 'the request comes from a page of another origin';
  const { authorization } = request.headers;
  if (authorization === undefined && options.opensToOwner && belongsToOwner(request.socket)) {
    return null;
  }
  if (hasKey(authorization ?? '', options.accessKeyId)) return null;
  return "the request must carry this stack's access key; .lighthouse/stack.json has it";
}

/** A name that leads to this machine only; a page can make any other lead here. */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** A target that is a whole URL would stand in place of the `Host` (RFC 9112, section 3.2.2). */
function isAddressedHere({ url = '', headersDistinct }: IncomingMessage): boolean {
  const { host = [] } = headersDistinct;
  return url.startsWith('/') && host.length === 1 && LOOPBACK_HOST.test(host[0] ?? '');
}

/**
 * Browsers name a page's origin with every request that may change something ("Fetch" standard,
 * `Origin` header), and how far it is from the endpoint (`Sec-Fetch-Site`) with all others.
 */
function comesFromOwnPage({ headers }: IncomingMessage): boolean {
  const { host, origin, 'sec-fetch-site': site = 'none' } = headers;
  const isOwn = origin === undefined || origin.toLowerCase() === `http://${host}`.toLowerCase();
  return isOwn && (site === 'none' || site === 'same-origin');
}

/** AWS: "Signing AWS API requests", `Authorization` header: `Credential=KEY/DATE/REGION/…`. */
const CREDENTIAL = /^AWS4-\S+ (?:.*[, ])?Credential=([^/, ]+)\//;

function hasKey(authorization: string, accessKeyId: string): boolean {
  const given = Buffer.from(CREDENTIAL.exec(authorization)?.[1] ?? '');
  const wanted = Buffer.from(accessKeyId);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The SDKs read the name of an error in the header or in `__type`. */
function refuse(response: ServerResponse, message: string): void {
  const type = 'AccessDeniedException';
  response.writeHead(403, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ __type: type, message }));
}
