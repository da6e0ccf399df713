import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LeasingSettings } from '../../model/leasing-settings.ts';
import { integerOption } from '../check/flag-parsers.ts';

/** The flags of `addLeasingFlags`, as commander parses them. */
export interface LeasingFlags {
  readonly quarantineAfter?: NumberOrNever;
  readonly quarantineSeconds?: number;
  readonly maxQuarantineSeconds?: number;
  readonly maxQuarantinedPercent?: number;
  readonly blockSeconds?: number;
}

/** Adds one flag for every field of `LeasingSettings`. */
export function addLeasingFlags(command: Command): Command {
  return command
    .optionsGroup('How reported uses count:')
    .addOption(
      new Option(
        '--quarantine-after <n>',
        'failed uses in a row that quarantine a proxy, 1-100 (5); or never',
      ).argParser((text) => parseNumberOrNever(text, 'a number')),
    )
    .addOption(
      integerOption('--quarantine-seconds <s>', 'how long at first (30); each failure adds that'),
    )
    .addOption(integerOption('--max-quarantine-seconds <s>', 'how long at most (300)'))
    .addOption(
      integerOption('--max-quarantined-percent <n>', 'largest share of a batch, 0-50 (10)'),
    )
    .addOption(integerOption('--block-seconds <s>', 'how long a reported block counts (3600)'));
}

/** Turns the given flags into settings; flags that were not given are left out. */
export function readLeasingFlags(flags: LeasingFlags): Partial<LeasingSettings> {
  const { quarantineAfter, quarantineSeconds, maxQuarantineSeconds } = flags;
  const { maxQuarantinedPercent, blockSeconds } = flags;
  return {
    ...(quarantineAfter !== undefined && { quarantineAfterFailures: orNull(quarantineAfter) }),
    ...(quarantineSeconds !== undefined && { quarantineSeconds }),
    ...(maxQuarantineSeconds !== undefined && { maxQuarantineSeconds }),
    ...(maxQuarantinedPercent !== undefined && { maxQuarantinedPercent }),
    ...(blockSeconds !== undefined && { blockSeconds }),
  };
}

/** How many consumers may hold a proxy at once. */
export type Limit = number | 'unlimited';

/** Creates an option that takes a `Limit`. */
export function limitOption(flags: string, description: string): Option {
  return new Option(flags, `${description}, 1-100 or unlimited`).argParser(parseLimit);
}

/** @throws {InvalidArgumentError} when the text is not a limit */
export function parseLimit(text: string): Limit {
  if (text === 'unlimited') return text;
  if (/^([1-9]\d?|100)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give 1 to 100, or unlimited.');
}

/** The value of an option that can be turned off; commander cannot carry null. */
export type NumberOrNever = number | 'never';

/** @throws {InvalidArgumentError} when the text is neither a number nor `never` */
export function parseNumberOrNever(text: string, expected: string): NumberOrNever {
  if (text === 'never') return text;
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError(`Give ${expected}, or never.`);
  return Number(text);
}

/** The same value for the API. */
export function orNull(value: NumberOrNever): number | null {
  return value === 'never' ? null : value;
}
