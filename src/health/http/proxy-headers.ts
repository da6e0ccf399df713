import type { Credentials } from '../../proxies/credentials.ts';
import type { Proxy } from '../../proxies/proxy.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';

/** Basic credentials (RFC 7617, UTF-8), without the scheme. */
function basicToken({ username, password }: Credentials): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}

/** The fields meant for the proxy alone, as names and values in turn. */
export function proxyHeaderPairs(proxy: Proxy, options: HealthCheckOptions): string[] {
  const pairs: string[] = [];
  if (proxy.credentials) {
    pairs.push('proxy-authorization', `Basic ${basicToken(proxy.credentials)}`);
  }
  for (const name in options.proxyHeaders) pairs.push(name, options.proxyHeaders[name] ?? '');
  return pairs;
}

/** The fields of `proxyHeaderPairs`, as lines of a header block. */
export function proxyHeaderLines(proxy: Proxy, options: HealthCheckOptions): string {
  const pairs = proxyHeaderPairs(proxy, options);
  let lines = '';
  for (let index = 0; index < pairs.length; index += 2) {
    lines += `${pairs[index]}: ${pairs[index + 1]}\r\n`;
  }
  return lines;
}
