import type { Proxy } from '../../proxies/proxy.ts';
import type { HealthCheckOptions } from '../health-check-options.ts';
import type { Target } from '../target.ts';
import { proxyHeaderPairs } from './proxy-headers.ts';

/** Sent unless the options override them. Nothing is decompressed, so nothing may be compressed. */
const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': 'Lighthouse/0.1',
  accept: '*/*',
  'accept-encoding': 'identity',
};

/** One GET in the form that the HTTP client takes. */
export interface TargetRequest {
  readonly target: Target;
  /** Request target: origin form, or absolute form towards a forwarding proxy. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** The fields for the target, made once for all probes with these options. */
export function targetHeaderPairs(headers: Readonly<Record<string, string>>): readonly string[] {
  const own = Object.entries(headers);
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const defaults = Object.entries(DEFAULT_HEADERS).filter(([name]) => !names.has(name));
  return [...defaults, ...own].flat();
}

/** The request for the target itself: over a tunnel, or directly. */
export function originRequest(target: Target, headers: readonly string[]): TargetRequest {
  return { target, path: target.path, headers };
}

/** The request for a forwarding proxy, with the fields meant for the proxy alone. */
export function forwardedRequest(
  target: Target,
  headers: readonly string[],
  { proxy, options }: { proxy: Proxy; options: HealthCheckOptions },
): TargetRequest {
  const forProxy = proxyHeaderPairs(proxy, options);
  const all = forProxy.length === 0 ? headers : [...headers, ...forProxy];
  return { target, path: target.absoluteUrl, headers: all };
}
