/** What clients look for a proxy in; curl reads `http_proxy` in lower case alone. */
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const;

/**
 * Without it Node's `fetch` and `http` know none of these variables, and go out directly (Node.js
 * documentation, "Enterprise network configuration").
 */
const NODE_SWITCH = ['NODE_USE_ENV_PROXY', '1'] as const;

/** Would send requests past the proxy. */
const BYPASS = 'no_proxy';

/** Schemes under which clients leave names to the proxy, as probes do. */
const REMOTE_DNS: Readonly<Record<string, string>> = { 'socks5:': 'socks5h:' };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An environment in which programs go through a proxy: all of their requests, so without
 * `NO_PROXY`.
 *
 * @param proxyUrl with its password
 */
export function proxyEnvironment(proxyUrl: string, environment: Environment): Environment {
  const url = proxyUrl.replace(/^[a-z0-9]+:/, (scheme) => REMOTE_DNS[scheme] ?? scheme);
  const kept = Object.entries(environment).filter(([name]) => name.toLowerCase() !== BYPASS);
  const set = PROXY_VARIABLES.flatMap((name) => [
    [name, url],
    [name.toLowerCase(), url],
  ]);
  return Object.fromEntries([...kept, ...set, NODE_SWITCH]);
}
