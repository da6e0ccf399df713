/**
 * Sweeps a pool back to back on a whole stack and recounts after each sweep. Meanwhile processes
 * are killed, calls throttled, messages duplicated, proxies imported and deleted, and other pools
 * deleted during their sweeps. Says how many verdicts were lost, and exits with 1 when one was, or
 * when anything was counted twice.
 *
 * --seconds N (default 180), --proxies N (default 5000), --seed N (default: random)
 */
import { parseArgs } from 'node:util';
import { startFaultStack } from '../local/support/fault-stack.ts';
import { createRandom } from '../support/random.ts';
import { type FaultCounts, startChaos } from './chaos.ts';
import { DoomedPools } from './doomed-pools.ts';
import { startSoakFleet } from './soak-fleet.ts';
import { SoakedPool, type SoakedSweep } from './soaked-pool.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    proxies: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
});
const seconds = Number(values.seconds);
const proxies = Number(values.proxies);
const seed = Number(values.seed);

print(`soak: ${seconds} s, sweeps of ${proxies} proxies, seed ${seed}`);
const random = createRandom(seed);
await using fleet = await startSoakFleet();
await using stack = await startFaultStack({ checker: { maxConcurrency: 4 } });
const pool = new SoakedPool(stack, fleet, random);
const doomed = new DoomedPools(stack, fleet, random);
await pool.fill(proxies);
const startedAt = performance.now();
const chaos = startChaos(stack, random);
const sweeps: SoakedSweep[] = [];
while ((performance.now() - startedAt) / 1000 < seconds) {
  await doomed.doom();
  const swept = await pool.sweep();
  const sweep = { ...swept, violations: [...swept.violations, ...(await doomed.look())] };
  sweeps.push(sweep);
  const { sweepId, state, verdicts, lost, onTime, tookMs, violations } = sweep;
  const took = `${(tookMs / 1000).toFixed(1)} s${onTime ? '' : ' (overdue)'}`;
  const found = `${verdicts} verdicts, ${lost} lost`;
  print(`${sweepId}  ${state}  ${found}  ${took}  ${violations.length} violations`);
  for (const violation of violations.slice(0, 20)) print(`  ${violation}`);
}
chaos.stop();
process.exitCode = summarize(sweeps, chaos.counts, (performance.now() - startedAt) / 1000);

function summarize(done: readonly SoakedSweep[], counts: FaultCounts, tookSeconds: number): number {
  const violations = done.reduce((sum, each) => sum + each.violations.length, 0);
  const verdicts = done.reduce((sum, each) => sum + each.verdicts, 0);
  const lost = done.reduce((sum, each) => sum + each.lost, 0);
  const faults = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  print(
    `soak: ${done.length} sweeps (${verdicts} verdicts, ${lost} lost) and ${doomed.count} pools deleted ` +
      `in ${tookSeconds.toFixed(0)} s, ` +
      `${faults} faults (${kinds.join(', ')}), ${violations} violations, seed ${seed}`,
  );
  return violations === 0 && lost === 0 && done.length > 0 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
