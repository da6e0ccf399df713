import { LOOPBACK } from '../../../src/local/fleet/index.ts';
import { Credentials } from '../../../src/proxies/credentials.ts';
import { formatSecretUrl, type ProxyEndpoint } from '../../../src/proxies/endpoint.ts';
import { endpointOf } from './cases.ts';
import type { RealProxy } from './real-proxy.ts';
import type { TestBed } from './test-bed.ts';

/** A line of the list, with the proxy it names; null when it names none. */
export interface MixedLine {
  readonly text: string;
  readonly endpoint: ProxyEndpoint | null;
}

const BAD_LINES = ['1.2.3.4', '999.1.1.1:80', 'ftp://127.0.0.1:2121', '127.0.0.1:99999', '???'];
const COMMENT = '# real proxies, dead ports and bad lines';

/**
 * A list like those that people have: sessions of the servers (open ones take any credentials),
 * wrong passwords, dead ports, bad lines and a comment. No two lines name the same proxy.
 *
 * @param length lines in all, at least 40
 */
export function mixedList({ proxies, targets }: TestBed, length: number): readonly MixedLine[] {
  const fixed = [
    { text: COMMENT, endpoint: null },
    ...BAD_LINES.map((text) => ({ text, endpoint: null })),
    ...proxies.map((proxy) => lineOf(endpointOf(proxy))),
  ];
  const room = length - fixed.length;
  const numbered = Array.from({ length: room }, (_, i) =>
    i % 4 === 3
      ? lineOf({ protocol: 'http', host: deadHost(i), port: targets.downPort })
      : lineOf(sessionOf(proxies[i % proxies.length], i)),
  );
  return [...fixed, ...numbered];
}

function sessionOf(proxy: RealProxy | undefined, session: number): ProxyEndpoint {
  if (!proxy) throw new RangeError('the list needs a proxy');
  const { username } = proxy.credentials ?? { username: 'session' };
  return { ...endpointOf(proxy), credentials: new Credentials(username, `number-${session}`) };
}

/** One of the addresses of 127.0.0.0/8, all of them this machine. */
function deadHost(index: number): string {
  return LOOPBACK.replace(/1$/, String(10 + (index % 240)));
}

function lineOf(endpoint: ProxyEndpoint): MixedLine {
  return { text: formatSecretUrl(endpoint), endpoint };
}
