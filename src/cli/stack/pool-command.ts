import { type Command, Option } from 'commander';
import { integerOption, parseShare } from '../check/flag-parsers.ts';
import { addHealthFlags, type HealthFlags, readHealthFlags } from '../check/health-flags.ts';
import { ExitCode } from '../interrupt.ts';
import type { Terminal } from '../terminal.ts';
import { addBackOffFlags, type BackOffFlags, readBackOffFlags } from './back-off-flags.ts';
import type { PoolView } from './client/api-schemas.ts';
import type { StackFlags } from './client/find-stack.ts';
import {
  addLeasingFlags,
  type LeasingFlags,
  type NumberOrNever,
  orNull,
  parseNumberOrNever,
  readLeasingFlags,
} from './leasing-flags.ts';
import { addPoolDelete } from './pool-delete-command.ts';
import { onStack, printAnswer } from './stack-command.ts';

interface PutFlags extends HealthFlags, LeasingFlags, BackOffFlags, StackFlags {
  readonly rise?: number;
  readonly fall?: number;
  readonly interval?: NumberOrNever;
  readonly maxInFlightPerHost?: number;
  readonly control: boolean;
  readonly alarmBelow?: number;
}

const EXAMPLES = `
Examples:
  lighthouse pool put shop --target https://shop.example/ --expect 200,204 --interval 300
  lighthouse pool put lab --fall 3 --rise 2 --no-control
  lighthouse pool put shop --target https://shop.example/ --quarantine-after 3
  lighthouse pool put gateway --max-in-flight-per-host 100
  lighthouse pool put free --interval 300 --back-off 86400
  lighthouse pool show shop
  lighthouse pool list --json
  lighthouse pool delete shop`;

/** Adds `lighthouse pool put|show|list|delete`. */
export function addPoolCommand(program: Command, terminal: Terminal): void {
  const pool = program
    .command('pool')
    .summary('create, change, show and delete pools')
    .description('A pool is a named set of proxies with one health-check policy and one schedule.')
    .addHelpText('after', EXAMPLES);
  addPut(pool, terminal);
  const show = pool.command('show').summary('show a pool').argument('<pool>', 'the pool');
  onStack<[string], StackFlags>(show, terminal, async ({ api }, [name], flags) => {
    const view = await api.getPool(name);
    await printAnswer(terminal, flags, { answer: view, text: formatPool(view) });
    return ExitCode.ok;
  }).addHelpText('after', '\nExamples:\n  lighthouse pool show shop --json');
  const list = pool.command('list').summary('list the pools');
  onStack<[], StackFlags>(list, terminal, async ({ api }, _, flags) => {
    const pools: PoolView[] = [];
    for await (const view of api.listPools()) pools.push(view);
    await printAnswer(terminal, flags, { answer: { pools }, text: formatPools(pools) });
    return ExitCode.ok;
  }).addHelpText('after', '\nExamples:\n  lighthouse pool list');
  addPoolDelete(pool, terminal);
}

function addPut(pool: Command, terminal: Terminal): void {
  const put = pool
    .command('put')
    .summary('create a pool or replace its policy')
    .argument('<pool>', 'the name of the pool: a-z, 0-9, - and _, at most 64')
    .addOption(integerOption('--rise <n>', 'good verdicts in a row before a proxy is up (1)'))
    .addOption(integerOption('--fall <n>', 'bad verdicts in a row before a proxy is down (1)'))
    .addOption(
      new Option(
        '--interval <seconds>',
        'time between scheduled sweeps, a multiple of 60; or never',
      ).argParser((text) => parseNumberOrNever(text, 'seconds')),
    )
    .addOption(
      integerOption(
        '--max-in-flight-per-host <n>',
        "most probes of one checker in flight on one proxy host (the checkers' own setting: 32)",
      ),
    )
    .addOption(
      new Option(
        '--alarm-below <share>',
        'count the pool as down while fewer of its proxies are healthy: 0 to 1, as in 0.9',
      ).argParser(parseShare),
    )
    .option('--no-control', 'do not confirm bad verdicts by asking the target directly')
    .addHelpText('after', EXAMPLES);
  addHealthFlags(put);
  addBackOffFlags(put);
  addLeasingFlags(put);
  onStack<[string], PutFlags>(put, terminal, async ({ api }, [name], flags) => {
    const backOff = readBackOffFlags(flags);
    const view = await api.putPool(name, {
      options: await readHealthFlags(flags),
      control: flags.control,
      leasing: readLeasingFlags(flags),
      ...(flags.alarmBelow === undefined ? {} : { alarmBelowAvailability: flags.alarmBelow }),
      ...(backOff && { backOff }),
      ...(flags.rise === undefined ? {} : { rise: flags.rise }),
      ...(flags.fall === undefined ? {} : { fall: flags.fall }),
      ...(flags.maxInFlightPerHost === undefined
        ? {}
        : { maxInFlightPerHost: flags.maxInFlightPerHost }),
      ...(flags.interval === undefined ? {} : { intervalSeconds: orNull(flags.interval) }),
    });
    await printAnswer(terminal, flags, { answer: view, text: formatPool(view) });
    return ExitCode.ok;
  });
}

/** Formats a pool for people, one field per line. */
function formatPool(pool: PoolView): string {
  const width = Math.max(...Object.keys(pool).map(({ length }) => length)) + 2;
  const rows = Object.entries(pool).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    return `${name.padEnd(width)}${text.replaceAll('\n', `\n${' '.repeat(width)}`)}\n`;
  });
  return rows.join('');
}

function formatPools(pools: readonly PoolView[]): string {
  if (pools.length === 0) return 'no pools yet; create one with lighthouse pool put NAME\n';
  const rows = pools.map(({ pool, intervalSeconds, lastSweepId, deletingSince }) =>
    [
      pool.padEnd(32),
      (intervalSeconds === null ? 'by hand' : `${intervalSeconds} s`).padEnd(10),
      deletingSince === null ? (lastSweepId ?? '-') : 'being deleted',
    ].join(''),
  );
  return `${'POOL'.padEnd(32)}${'INTERVAL'.padEnd(10)}LAST SWEEP\n${rows.join('\n')}\n`;
}
