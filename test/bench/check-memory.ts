import { findDeadPort, startHttpProxy, startTarget } from '../../src/local/fleet/index.ts';
import {
  type MemoryGrowth,
  measureResident,
  refusedLines,
  sessionLine,
} from '../cli/support/memory-growth.ts';

/**
 * Measures the resident memory of one long `lighthouse check`: every second line is a session on a
 * proxy that works, the others are refused. Exits with 1 when it grows over the second half.
 *
 *   npm run bench:memory
 */
const LINES = 100_000;
const PROXIES = 4;
/** KB per 1,000 probes. */
const MAX_GROWTH = 1;

const target = await startTarget();
const proxies = await Promise.all(Array.from({ length: PROXIES }, () => startHttpProxy()));
const refused = refusedLines(LINES, await findDeadPort());
const lines = refused.map((line, index) => {
  const proxy = index % 2 === 0 ? proxies[(index / 2) % PROXIES] : undefined;
  return proxy ? sessionLine(proxy, index) : line;
});
const limits = ['--concurrency', '200', '--max-in-flight-per-host', '200'];
const measured = await measureResident(['--target', target.url, '--no-control', ...limits], lines);
await Promise.all([target, ...proxies].map((server) => server.close()));
report(measured);

function report({ exitCode, probes, peakKb, growthKbPerThousand }: MemoryGrowth): void {
  const isFlat = exitCode === 0 && probes === LINES && growthKbPerThousand < MAX_GROWTH;
  process.stdout.write(
    `${probes} of ${LINES} lines checked, exit code ${exitCode}; at most ${Math.round(peakKb)} KB; ` +
      `${growthKbPerThousand.toFixed(2)} KB more per 1,000 probes over the second half ` +
      `(less than ${MAX_GROWTH}: ${isFlat ? 'pass' : 'MISS'})\n`,
  );
  process.exitCode = isFlat ? 0 : 1;
}
