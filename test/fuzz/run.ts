/**
 * Sends hostile requests to every route of the api, over a storage in memory, and prints what it
 * found. Exits with 1 when an answer was no proper one; the seed that is named repeats it.
 *
 * --seconds N (default 60), --requests N (default 1000000), --seed N (default: random)
 */
import { parseArgs } from 'node:util';
import { ROUTE_KEYS } from '../../functions/api/route-keys.ts';
import { fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    requests: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
});
const [seed = 0, seconds = 0, requests = 0] = [values.seed, values.seconds, values.requests].map(
  (text) => {
    if (/^\d{1,10}$/.test(text)) return Number(text);
    throw new TypeError(`--seconds, --requests and --seed are whole numbers, not ${text}`);
  },
);
print(`fuzz: ${ROUTE_KEYS.length} routes, ${seconds} s, seed ${seed}`);
const report = await fuzz({ seed, seconds, requests });
for (const fault of report.faults) print(`  ${fault}`);
const statuses = [...report.statuses].sort(([a], [b]) => a - b);
const counts = statuses.map(([status, count]) => `${status}: ${count}`);
const never = ROUTE_KEYS.filter((routeKey) => !report.done.has(routeKey));
if (never.length > 0) print(`never done: ${never.join(', ')}`);
print(
  `fuzz: ${report.requests} requests (${counts.join(', ')}), ${report.faults.length} faults, ` +
    `seed ${seed}`,
);
process.exitCode = report.faults.length === 0 && report.requests > 0 ? 0 : 1;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
