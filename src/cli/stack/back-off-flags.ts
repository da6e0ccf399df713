import { type Command, InvalidArgumentError, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import type { BackOff } from '../../model/back-off.ts';
import { integerOption } from '../check/flag-parsers.ts';

/** The flags of `addBackOffFlags`, as commander parses them. */
export interface BackOffFlags {
  /** True when it was given without a number. */
  readonly backOff?: number | true;
  readonly edgeInterval?: number;
}

/** Adds the flags for `backOff` in a pool's policy. */
export function addBackOffFlags(command: Command): Command {
  return command
    .optionsGroup('What the schedule leaves out:')
    .addOption(
      new Option(
        '--back-off [seconds]',
        'probe proxies that stay inactive less and less often, at least so often (86400)',
      ).argParser(parseSeconds),
    )
    .addOption(
      integerOption(
        '--edge-interval <seconds>',
        'with --back-off: how soon to probe again what has changed or failed in use (300)',
      ),
    );
}

/**
 * Turns the given flags into settings; undefined when there are none, which turns back-off off.
 *
 * @throws {InvalidInputError} when `--edge-interval` comes alone
 */
export function readBackOffFlags({
  backOff,
  edgeInterval,
}: BackOffFlags): Partial<BackOff> | undefined {
  if (backOff === undefined && edgeInterval === undefined) return undefined;
  if (backOff === undefined) {
    throw new InvalidInputError('--edge-interval belongs to --back-off; give both, or neither');
  }
  return {
    ...(backOff !== true && { maxIntervalSeconds: backOff }),
    ...(edgeInterval !== undefined && { edgeIntervalSeconds: edgeInterval }),
  };
}

function parseSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a number of seconds.');
  return Number(text);
}
