import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LeasingSettings } from '../../model/leasing-settings.ts';
import { integerOption } from '../check/flag-parsers.ts';

/** What a pool makes of what its users report, as commander hands it over. */
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
    .optionsGroup('What reported uses do:')
    .addOption(
      new Option(
        '--quarantine-after <n>',
        'failed uses in a row that keep a proxy from use, 1-100 (5); or never',
      ).argParser((text) => parseNumberOrNever(text, 'a number')),
    )
    .addOption(
      integerOption('--quarantine-seconds <s>', 'how long; each further adds as much (30)'),
    )
    .addOption(integerOption('--max-quarantine-seconds <s>', 'how long at most (300)'))
    .addOption(integerOption('--max-quarantined-percent <n>', 'of a pool at most, 0-50 (10)'))
    .addOption(integerOption('--block-seconds <s>', 'how long a reported block counts (3600)'))
    .optionsGroup('Options:');
}

/** The settings they stand for; those that were not given are left out. */
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

/** An option that takes such a number, or the word. */
export function limitOption(flags: string, description: string): Option {
  return new Option(flags, `${description}, 1-100 or unlimited`).argParser(parseLimit);
}

/** @throws InvalidArgumentError for what is no limit */
export function parseLimit(text: string): Limit {
  if (text === 'unlimited') return text;
  if (/^([1-9]\d?|100)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give 1 to 100, or unlimited.');
}

/** What an option takes that can be turned off; commander cannot carry null. */
export type NumberOrNever = number | 'never';

/** @throws InvalidArgumentError for what is neither; `what` says what would be right */
export function parseNumberOrNever(text: string, what: string): NumberOrNever {
  if (text === 'never') return text;
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError(`Give ${what}, or never.`);
  return Number(text);
}

/** The same as the API says it. */
export function orNull(value: NumberOrNever): number | null {
  return value === 'never' ? null : value;
}
