/** The variables that name a proxy; curl reads `http_proxy` only in lower case. */
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'] as const;

/**
 * Without this variable Node's `fetch` and `http` ignore the others and go out directly (Node.js
 * documentation, "Enterprise network configuration").
 */
const NODE_SWITCH = ['NODE_USE_ENV_PROXY', '1'] as const;

/** The variable that would send requests past the proxy. */
const BYPASS = 'no_proxy';

/** The schemes that make clients leave name resolution to the proxy, as probes do. */
const REMOTE_DNS: Readonly<Record<string, string>> = { 'socks5:': 'socks5h:' };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Creates an environment in which programs send all of their requests through a proxy, so without
 * `NO_PROXY`.
 *
 * @param proxyUrl with the password
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
