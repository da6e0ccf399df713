import { type Command, Option } from 'commander';
import type { LeasingSettings } from '../../model/leasing-settings.ts';
import { integerOption } from '../check/flag-parsers.ts';
import { type NumberOrNever, orNull, parseNumberOrNever } from './number-or-never.ts';

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
