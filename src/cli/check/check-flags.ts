import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { Pace } from '../../health/window/pacer.ts';
import { BuiltInProtocol } from '../../proxies/endpoint.ts';
import { ReportFormat } from '../output/report.ts';
import { addFailOnFlag, type FailOn } from './fail-on.ts';
import { integerOption, parseColumns } from './flag-parsers.ts';
import { addHealthFlags, type HealthFlags } from './health-flags.ts';

/** How a list is read. */
export interface ListFlags {
  readonly protocol: string;
  readonly listFormat: 'auto' | 'text' | 'csv' | 'json' | 'ndjson';
  readonly expandRanges?: true;
  /** What the columns of lines hold, in their order. */
  readonly columns?: readonly string[];
  /** False with `--no-private`. */
  readonly private: boolean;
}

/** How a report is written. */
export interface ReportFlags {
  readonly format: ReportFormat;
  readonly json?: true;
  readonly output?: string;
  readonly failOn?: FailOn;
  readonly quiet?: true;
}

/** Every flag of `lighthouse check` and of `npm start -- --once`. */
export interface CheckFlags extends HealthFlags, ListFlags, ReportFlags {
  readonly concurrency: number;
  readonly maxInFlightPerHost: number;
  /** False with `--no-control`. */
  readonly control: boolean;
}

/** How `lighthouse check` uses the processor. */
export interface SpeedFlags {
  readonly pace: Pace;
  /** The most threads that probe, the main one included, 1 to 64. */
  readonly workers: number;
}

/** The most threads of one check: beyond that, handing out proxies is what holds them up. */
const MAX_WORKERS = 64;

/** The most probes one process can pace, and a usual descriptor limit allows, at once. */
const MAX_CONCURRENCY = 10_000;

const PACING_GROUP = 'How the work is paced:';

/** Adds the flags of `CheckFlags`. */
export function addCheckFlags(command: Command): Command {
  addListFlags(command);
  addHealthFlags(command);
  command
    .optionsGroup(PACING_GROUP)
    .addOption(integerOption('--concurrency <n>', 'most probes in flight at once').default(256))
    .addOption(
      integerOption('--max-in-flight-per-host <n>', 'most in flight on one proxy host').default(32),
    )
    .option('--no-control', 'do not confirm bad verdicts by asking the target directly');
  return addReportFlags(command);
}

/** Adds `--workers` and `--pace`. */
export function addSpeedFlags(command: Command): Command {
  const cores = Math.min(MAX_WORKERS, availableParallelism());
  return command
    .addOption(
      integerOption(
        '--workers <n>',
        'most threads that probe; more than one only where a long list keeps one busy and another' +
          ' is seen to gain',
      )
        .default(cores, `${cores}, the cores available`)
        .helpGroup(PACING_GROUP),
    )
    .addOption(
      new Option(
        '--pace <name>',
        'steady measures latencies to a few ms; fast uses up the processor, and they contain waits',
      )
        .choices(Object.values(Pace))
        .default(Pace.steady)
        .helpGroup(PACING_GROUP),
    );
}

/** @throws {InvalidInputError} when `--workers` is out of range */
export function validateWorkers({ workers }: SpeedFlags): void {
  if (workers >= 1 && workers <= MAX_WORKERS) return;
  throw new InvalidInputError(`--workers is ${workers}; it must be 1 to ${MAX_WORKERS}`);
}

/** Adds the flags that say how a list is read. */
export function addListFlags(command: Command): Command {
  return command
    .optionsGroup('How the list is read:')
    .addOption(
      new Option('--protocol <name>', 'protocol of lines without one')
        .choices([...Object.values(BuiltInProtocol), 'socks4a', 'socks5h'])
        .default(BuiltInProtocol.http),
    )
    .addOption(
      new Option('--list-format <name>', 'form of the list')
        .choices(['auto', 'text', 'csv', 'json', 'ndjson'])
        .default('auto'),
    )
    .addOption(
      new Option(
        '--columns <names>',
        'what columns hold: host,port,-,username,password; - is not read',
      ).argParser(parseColumns),
    )
    .option('--expand-ranges', 'accept 1.2.3.0/24:8080 and 1.2.3.4:8080-8090')
    .option('--no-private', 'refuse private and loopback addresses, as the cloud does');
}

/** Adds the flags that say how a report is written. */
export function addReportFlags(command: Command): Command {
  command
    .optionsGroup('What is written:')
    .addOption(
      new Option('--format <name>', 'form of the report')
        .choices(Object.values(ReportFormat))
        .default(ReportFormat.table),
    )
    .option('--json', 'short for --format json; errors are JSON too')
    .option('--output <file>', 'write the report to a file instead of standard output')
    .option('-q, --quiet', 'no notices, progress or summary on standard error');
  return addFailOnFlag(command);
}

/** The format asked for; `--json` overrides `--format`. */
export function formatOf(flags: ReportFlags): ReportFormat {
  return flags.json ? ReportFormat.json : flags.format;
}

/** @throws {InvalidInputError} when a limit is out of range */
export function validatePacing(
  flags: Pick<CheckFlags, 'concurrency' | 'maxInFlightPerHost'>,
): void {
  const limits = [
    ['--concurrency', flags.concurrency],
    ['--max-in-flight-per-host', flags.maxInFlightPerHost],
  ] as const;
  for (const [flag, value] of limits) {
    if (value >= 1 && value <= MAX_CONCURRENCY) continue;
    throw new InvalidInputError(`${flag} is ${value}; it must be 1 to ${MAX_CONCURRENCY}`);
  }
}
