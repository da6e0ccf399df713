import { type Command, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import type { Verdict } from '../../health/health-check-result.ts';
import { ExitCode, interruptedExitCode } from '../interrupt.ts';

/** When a finished run counts as failed. */
export const FailOn = {
  /** Any proxy is inactive. */
  inactive: 'inactive',
  /** Any proxy is slow or inactive. */
  slow: 'slow',
} as const;
export type FailOn = (typeof FailOn)[keyof typeof FailOn];

/** Adds `--fail-on`. */
export function addFailOnFlag(command: Command): Command {
  return command.addOption(
    new Option('--fail-on <status>', 'exit 1 when a proxy is this bad or worse').choices(
      Object.values(FailOn),
    ),
  );
}

/**
 * The exit code of a run, interrupted or finished.
 *
 * @throws {InvalidInputError} when `--fail-on` cannot be answered because no verdict is conclusive
 */
export function exitCodeOf(
  statuses: Readonly<Record<Verdict, number>>,
  { failOn, signal }: { readonly failOn: FailOn | undefined; readonly signal: AbortSignal },
): ExitCode {
  const interrupted = interruptedExitCode(signal);
  if (interrupted !== null) return interrupted;
  if (failOn === undefined) return ExitCode.ok;
  const { active, slow, inactive, inconclusive } = statuses;
  if (inconclusive > 0 && active + slow + inactive === 0) {
    throw new InvalidInputError(
      `--fail-on ${failOn} cannot be answered: no verdict is conclusive; see the summary's` +
        ' control probe, and choose a --target this machine can reach (or --no-control)',
    );
  }
  const bad = inactive + (failOn === FailOn.slow ? slow : 0);
  return bad > 0 ? ExitCode.unhealthy : ExitCode.ok;
}
