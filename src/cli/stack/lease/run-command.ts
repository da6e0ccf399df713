import type { Command } from 'commander';
import { waitFor } from '../../../async/wait-for.ts';
import { systemClock } from '../../../clock.ts';
import { InvalidInputError } from '../../../errors.ts';
import { formatError } from '../../errors.ts';
import type { Terminal } from '../../terminal.ts';
import { ApiClient } from '../client/api-client.ts';
import { addStackFlags, findApiUrl } from '../client/find-stack.ts';
import { refuseEmpty } from '../stack-command.ts';
import { type AcquireFlags, addAcquireFlags, toLeaseWish } from './acquire-flags.ts';
import { findControllingTerminal } from './controlling-terminal.ts';
import { LeaseApi } from './lease-api.ts';
import { type RunOutcome, type RunRequest, runLeased } from './run-leased.ts';
import { SignalRelay } from './signal-relay.ts';

const ABOUT = `
The command gets the proxy in HTTP_PROXY, HTTPS_PROXY and ALL_PROXY and their lower-case forms, Node
also NODE_USE_ENV_PROXY=1, and no NO_PROXY. It has to honour them, as curl, wget, git, Go, Python's
requests and Node do; another command goes out directly. Node knows no SOCKS and ends with an error:
lease with --protocol http. The lease is renewed while the command runs and released when it ends: with outcome ok
after exit 0, failed after any other, and none after a signal to lighthouse, which is passed on. If
the lease is lost (its proxy was banned or deleted, or the stack was away until the lease ended), the
command is ended with SIGTERM, 10 seconds later with SIGKILL.

Without a controlling terminal (cron, CI, containers) the command has a process group of its own, all
of which is signalled; what it leaves behind there is ended too. With one it stays in the foreground,
and lighthouse signals the command alone: one that starts others must pass signals on, or be left out
by exec, as in sh -c 'cd /srv && exec ./fetch-all'.

Exit code: the command's; 128 + n after signal n; 127 no such command, 126 it cannot be run; 1 when
no proxy is free or the lease was lost; 2 wrong use or no stack. What lighthouse itself says goes to
standard error; with --json also how the command ended.

Examples:
  lighthouse lease run shop -- curl -s https://shop.example/
  lighthouse lease run shop --country SE --max-latency-ms 800 -- node scrape.mjs
  lighthouse lease run shop --seconds 60 -- sh -c 'NO_PROXY=localhost ./fetch-all'`;

/** Adds `lighthouse lease run POOL -- CMD [ARGS...]`. */
export function addLeaseRun(lease: Command, terminal: Terminal): void {
  const command = lease
    .command('run')
    .summary('run a command through a leased proxy')
    .usage('[options] POOL -- CMD [ARGS...]')
    .argument('<pool>', 'the pool')
    .argument('<command...>', 'the command and its arguments, behind --')
    .addHelpText('after', ABOUT);
  addAcquireFlags(command).optionsGroup('Options:');
  addStackFlags(command).action(
    async (poolName: string, commandLine: RunRequest['commandLine'], flags: AcquireFlags) => {
      refuseEmpty(command, [poolName]);
      refuseWithoutDashes(commandLine, wordsGivenTo(lease.parent));
      const request = { poolName, commandLine, wish: toLeaseWish(flags) };
      process.exitCode = await runFor(request, flags, terminal);
    },
  );
}

/**
 * Without `--` options of the command would be taken for options of `run`.
 *
 * @throws InvalidInputError
 */
function refuseWithoutDashes({ length }: readonly string[], args: readonly unknown[]): void {
  if (args.at(-length - 1) === '--') return;
  throw new InvalidInputError(
    'name the pool, then put -- before the command, as in lighthouse lease run POOL -- CMD',
  );
}

/** What a program was run with; commander's types leave it out. */
function wordsGivenTo(program: Command | null): readonly unknown[] {
  const words = program !== null && 'rawArgs' in program ? program.rawArgs : [];
  return Array.isArray(words) ? words : [];
}

async function runFor(
  request: RunRequest,
  flags: AcquireFlags,
  { stderr }: Terminal,
): Promise<number> {
  const { json = false } = flags;
  const terminal = findControllingTerminal();
  using relay = new SignalRelay({ terminal });
  // Nothing aborts its requests: a lease that was acquired has to be heard of, and released.
  await using client = new ApiClient(await findApiUrl(flags), new AbortController().signal);
  const dependencies = {
    leases: new LeaseApi(client),
    clock: systemClock,
    wait: waitFor,
    relay,
    ownGroup: terminal === null,
    environment: process.env,
    report: (error: Error) => stderr.write(formatError(error, json)),
  };
  const outcome = await runLeased(dependencies, request);
  if (json) stderr.write(describe(request, outcome));
  return outcome.exitCode;
}

function describe({ poolName, commandLine }: RunRequest, outcome: RunOutcome): string {
  const [command] = commandLine;
  return `${JSON.stringify({ run: { pool: poolName, command, ...outcome } })}\n`;
}
