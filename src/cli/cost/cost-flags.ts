import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FleetPlan } from '../../cost/sweep-use.ts';
import { InvalidInputError } from '../../errors.ts';
import { chooseBitCount } from '../../model/batch-split.ts';
import { batchTimeMs, largestTimeoutMs } from '../../model/batch-time.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../model/sweep-limits.ts';
import { parseShare } from '../check/flag-parsers.ts';
import { completeHealthOptions } from '../check/health-flags.ts';

/** The flags of `addCostFlags`, as commander parses them. */
export interface CostFlags {
  readonly proxies: number;
  readonly every: number;
  readonly alive: number;
  readonly latency: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly https?: true;
  readonly hosts?: number;
  readonly maxInFlightPerHost: number;
  readonly changes: number;
  readonly json?: true;
}

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST_SECONDS = 86_400;
const MAX_PROXIES = 10_000_000;

/** Adds the flags that describe a fleet and how it is checked. */
export function addCostFlags(command: Command): Command {
  const proxies = wholeOption('--proxies <n>', `proxies of the fleet, 1-${MAX_PROXIES}`, {
    most: MAX_PROXIES,
  }).makeOptionMandatory();
  return command
    .addOption(proxies)
    .addOption(
      new Option('--every <time>', 'time between sweeps, in whole minutes up to a day')
        .default(300, '5m')
        .argParser(parseInterval),
    )
    .addOption(shareOption('--alive <share>', 'proxies that answer; the others never do', 0.9))
    .addOption(wholeOption('--latency <ms>', 'time of an answer', { most: 30_000 }).default(800))
    .addOption(
      wholeOption('--timeout-ms <ms>', 'deadline of one attempt', { most: 30_000 }).default(5000),
    )
    .addOption(wholeOption('--attempts <n>', 'tries per proxy', { most: 5 }).default(1))
    .option('--https', 'the target is an https: one')
    .addOption(
      wholeOption('--hosts <n>', 'hosts they are on, as with gateways (default: one each)', {
        most: MAX_PROXIES,
      }),
    )
    .addOption(
      wholeOption('--max-in-flight-per-host <n>', "the pool's setting", {
        most: DEFAULT_SWEEP_LIMITS.maxInFlight,
      }).default(DEFAULT_SWEEP_LIMITS.maxInFlightPerHost),
    )
    .addOption(shareOption('--changes <share>', 'checks that change a status', 0.001))
    .option('--json', 'print one line of JSON');
}

/**
 * Turns the flags into a plan.
 *
 * @throws {InvalidInputError} when no pool could be checked so; the message names the flag
 */
export function readPlan(flags: CostFlags): FleetPlan {
  const { proxies, timeoutMs, attempts, latency, hosts, maxInFlightPerHost } = flags;
  const policy = { options: completeHealthOptions({ timeoutMs, attempts }), control: true };
  if (latency > timeoutMs) {
    throw new InvalidInputError(
      `--latency is ${latency}, so no answer comes within --timeout-ms ${timeoutMs}; give at most that`,
    );
  }
  const rows = Math.ceil(proxies / 2 ** chooseBitCount(proxies));
  if (batchTimeMs(rows, policy, DEFAULT_SWEEP_LIMITS) > DEFAULT_SWEEP_LIMITS.checkerTimeoutMs) {
    const largest = largestTimeoutMs(rows, policy, DEFAULT_SWEEP_LIMITS);
    throw new InvalidInputError(
      `--timeout-ms is ${timeoutMs}, which does not fit a checker's 60 s with --attempts ${attempts}; give at most ${largest}`,
    );
  }
  return {
    ...{ proxies, timeoutMs, attempts, latencyMs: latency },
    everySeconds: flags.every,
    alive: flags.alive,
    changes: flags.changes,
    https: flags.https ?? false,
    hosts: hosts === undefined || hosts >= proxies ? null : hosts,
    maxInFlightPerHost,
  };
}

function shareOption(flags: string, description: string, value: number): Option {
  return new Option(flags, `share of ${description}, 0-1`).default(value).argParser(parseShare);
}

function wholeOption(flags: string, description: string, { most }: { readonly most: number }) {
  return new Option(flags, description).argParser((text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`Give a whole number from 1 to ${most}.`);
  });
}

/** Parses `5m`, `1h`; returns seconds. */
function parseInterval(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (SECONDS_OF_UNIT[unit] ?? Number.NaN);
  if (seconds >= 60 && seconds <= LONGEST_SECONDS && seconds % 60 === 0) return seconds;
  throw new InvalidArgumentError('Give a time from 1m to 1d in whole minutes, as in 5m or 2h.');
}
