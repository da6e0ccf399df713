import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Tells whether a request comes from a program or page of this machine. In the cloud a signature
 * keeps strangers out; here a web page somewhere could otherwise send requests through the
 * visitor's browser, under its own name (`Origin`) or by pointing a name at 127.0.0.1 (`Host`).
 */
export function comesFromThisMachine({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { host, origin } = headers;
  return isLoopback(`http://${host ?? ''}`) && (origin === undefined || isLoopback(origin));
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && LOOPBACK_NAMES.has(new URL(url).hostname);
}
