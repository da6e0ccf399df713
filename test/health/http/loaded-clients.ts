/** Prints how many files of undici are loaded after a probe without, and after one with a text. */
import { createRequire } from 'node:module';
import { HealthChecker } from '../../../src/health/health-checker.ts';
import { parseHealthCheckOptions } from '../../../src/health/schema/parse-options.ts';
import { LOOPBACK } from '../../../src/local/fleet/fleet-server.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';

const { cache } = createRequire(import.meta.url);
const proxy = createProxy({ protocol: 'http', host: LOOPBACK, port: Number(process.argv[2]) });
const checker = new HealthChecker({ allowPrivateAddresses: true });

async function loadedBy(bodyIncludes?: string): Promise<number> {
  const options = parseHealthCheckOptions(bodyIncludes === undefined ? {} : { bodyIncludes });
  await checker.checkProxy(proxy, { options });
  return Object.keys(cache).filter((file) => file.includes('/node_modules/undici/')).length;
}

process.stdout.write(JSON.stringify([await loadedBy(), await loadedBy('text')]));
