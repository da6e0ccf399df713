/**
 * Prints how many bytes a refused probe leaves in V8's old generation, where only a full collection
 * frees them. Needs `--expose-gc` and a young generation with room for all of its garbage.
 */
import { getHeapSpaceStatistics } from 'node:v8';
import { createProxy, HealthChecker } from '../../../src/index.ts';
import { LOOPBACK } from '../../../src/local/fleet/fleet-server.ts';

const PROBES = 1000;
const IN_FLIGHT = 5;

const port = Number(process.argv[2]);
const checker = new HealthChecker({ allowPrivateAddresses: true });

async function probeMany(): Promise<void> {
  let started = 0;
  const work = async () => {
    while (started++ < PROBES) {
      await checker.checkProxy(createProxy({ protocol: 'http', host: LOOPBACK, port }));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}

function readOldGeneration(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
  return space?.space_used_size ?? Number.NaN;
}

await probeMany();
globalThis.gc?.();
const before = readOldGeneration();
await probeMany();
await globalThis.gc?.({ type: 'minor', execution: 'async' });
await globalThis.gc?.({ type: 'minor', execution: 'async' });
process.stdout.write(String((readOldGeneration() - before) / PROBES));
