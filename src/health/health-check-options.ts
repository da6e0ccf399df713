/**
 * How one proxy is checked. Validated by `parseHealthCheckOptions`, which fills in the defaults;
 * the type is the complete, validated form.
 */
export interface HealthCheckOptions {
  /** The URL asked for through the proxy, `http:` or `https:`. @default https://example.com/ */
  readonly targetUrl: string;
  /** Absolute deadline of one attempt, milliseconds, 100 to 30,000. @default 5000 */
  readonly timeoutMs: number;
  /** Attempts per probe, 1 to 5; only transient failures are retried. @default 1 */
  readonly attempts: number;
  /** HTTP statuses of the target that count as success, 1 to 32 of them. @default [200] */
  readonly expectedStatusCodes: readonly number[];
  /** A success slower than this is `slow`, milliseconds, 1 to 30,000. @default 2000 */
  readonly slowThresholdMs: number;
  /**
   * Request headers for the target, sent as they are spelled. Dropped when a redirect changes origin.
   * Their User-Agent, if any, goes with CONNECT too. @default {}
   */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Request headers for an HTTP or HTTPS proxy, sent with CONNECT too; without CONNECT, each takes
   * the place of one of `headers` with the same name. @default {}
   */
  readonly proxyHeaders: Readonly<Record<string, string>>;
  /** Follow redirects, at most 5 hops. @default true */
  readonly allowRedirects: boolean;
  /** Verify the target's certificate. @default true */
  readonly verifyTls: boolean;
  /** Verify the certificate of an HTTPS proxy. @default true */
  readonly verifyProxyTls: boolean;
  /** PEM certificates trusted in addition to the well-known ones, for target and proxy. */
  readonly ca?: string;
  /** Text the target's body must contain, 1 to 1,024 characters. */
  readonly bodyIncludes?: string;
  /** Most bytes of decoded body, 1 to 1 MiB; read only for `bodyIncludes`. @default 65536 */
  readonly maxBodyBytes: number;
  /** Resume the target's TLS session between probes: less CPU, but linkable. @default false */
  readonly resumeTls: boolean;
}
