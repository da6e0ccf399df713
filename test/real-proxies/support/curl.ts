import { execFile } from 'node:child_process';
import type { HealthCheckOptions } from '../../../src/health/health-check-options.ts';
import { formatHostPort, type ProxyEndpoint } from '../../../src/proxies/endpoint.ts';
import { programPath } from './installed.ts';

/** Exit codes that say that the call was wrong rather than the proxy (EXIT CODES in `man curl`). */
const WRONG_CALL = [2, 3, 4, 5, 27, 43, 48, 58, 59, 77];

/** What curl found. */
export interface CurlVerdict {
  /** Curl's exit code, 0 when an answer came through the proxy. */
  readonly exitCode: number;
  /** The last HTTP status it saw, 0 when none. */
  readonly statusCode: number;
  /** True when it exited with 0 and saw an expected status. */
  readonly healthy: boolean;
  readonly stderr: string;
}

/** The options of a check that curl takes too, and where it finds the trusted certificates. */
export type CurlOptions = Pick<
  HealthCheckOptions,
  'targetUrl' | 'timeoutMs' | 'expectedStatusCodes' | 'allowRedirects' | 'verifyTls'
> & {
  readonly verifyProxyTls: boolean;
  /** A PEM file, trusted for targets and proxies; without it, the system's certificates. */
  readonly caFile?: string;
};

/**
 * Runs `curl -x PROXY URL`, under the same options as a check of ours.
 *
 * @throws {Error} when curl could not even try, which would otherwise pass for an unhealthy proxy
 */
export async function checkWithCurl(
  proxy: ProxyEndpoint,
  options: CurlOptions,
): Promise<CurlVerdict> {
  const { exitCode, stdout, stderr } = await run([
    ...['-q', '-sS', '-o', '/dev/null', '-w', '%{http_code}', '--noproxy', ''],
    ...['--max-time', String(options.timeoutMs / 1000), '-x', formatCurlProxy(proxy)],
    ...(options.allowRedirects ? ['-L', '--max-redirs', '5'] : []),
    ...(options.verifyTls ? [] : ['--insecure']),
    ...(options.verifyProxyTls ? [] : ['--proxy-insecure']),
    ...(options.caFile ? ['--cacert', options.caFile, '--proxy-cacert', options.caFile] : []),
    options.targetUrl,
  ]);
  if (WRONG_CALL.includes(exitCode)) throw new Error(`curl was called wrongly: ${stderr}`);
  const statusCode = Number(stdout.trim());
  const healthy = exitCode === 0 && options.expectedStatusCodes.includes(statusCode);
  return { exitCode, statusCode, healthy, stderr };
}

/** The proxy's URL for curl; its schemes `socks5h` and `socks4a` leave the target's name to it. */
function formatCurlProxy({ protocol, remoteDns, credentials, ...endpoint }: ProxyEndpoint): string {
  const remote: Readonly<Record<string, string>> = { socks5: 'socks5h', socks4: 'socks4a' };
  const leavesName = protocol === 'socks5' || remoteDns === true;
  const scheme = (leavesName ? remote[protocol] : undefined) ?? protocol;
  const userinfo = credentials
    ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
    : '';
  return `${scheme}://${userinfo}${formatHostPort(endpoint)}`;
}

interface CurlRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs curl in an empty environment: no proxy variables, no configuration of the user. */
function run(args: readonly string[]): Promise<CurlRun> {
  return new Promise((resolve, reject) => {
    execFile(programPath('curl'), args, { env: {} }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
      else reject(error);
    });
  });
}
