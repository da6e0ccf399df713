/** Options: what a check requests and what it accepts; each value out of range is named. */
import { HealthChecker, InvalidInputError, parseHealthCheckOptions } from 'proxy-lighthouse';

const options = parseHealthCheckOptions({
  targetUrl: 'https://shop.example/health',
  timeoutMs: 4000, // per attempt, absolute: over DNS, connect, handshakes, header and body
  attempts: 2, // only transient failures are tried again
  expectedStatusCodes: [200, 204],
  slowThresholdMs: 1500,
  headers: { 'user-agent': 'price-monitor/2.1' }, // to the target
  proxyHeaders: { 'x-session': 'a1' }, // to HTTP proxies, with CONNECT too
  bodyIncludes: 'in stock',
});
console.log(`${options.targetUrl}: redirects ${options.allowRedirects}, TLS ${options.verifyTls}`);

const checker = new HealthChecker({ options });
checker.setProtocolOptions('socks5', { timeoutMs: 8000 }); // SOCKS5 gateways may take longer

try {
  parseHealthCheckOptions({ timeoutMs: 60, expectedStatusCodes: [] });
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  for (const issue of error.issues) console.log(`${issue.pointer}: ${issue.detail}`);
}
