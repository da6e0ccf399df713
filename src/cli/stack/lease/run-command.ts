import type { Command } from 'commander';
import { waitFor } from '../../../async/wait-for.ts';
import { systemClock } from '../../../clock.ts';
import { InvalidInputError } from '../../../errors.ts';
import { formatError } from '../../errors.ts';
import type { Terminal } from '../../terminal.ts';
import { ApiClient } from '../client/api-client.ts';
import { addStackFlags, findApi } from '../client/find-stack.ts';
import { refuseNoNames } from '../stack-command.ts';
import { type AcquireFlags, addAcquireFlags, toLeaseWish } from './acquire-flags.ts';
import { findControllingTerminal } from './controlling-terminal.ts';
import { LeaseApi } from './lease-api.ts';
import { type RunOutcome, type RunRequest, runLeased } from './run-leased.ts';
import { SignalRelay } from './signal-relay.ts';

const ABOUT = `
The command finds the proxy in HTTP_PROXY, HTTPS_PROXY and ALL_PROXY and their lower-case forms.
NODE_USE_ENV_PROXY=1 is set for Node, and NO_PROXY is removed. The command must honour these
variables, as curl, wget, git, Go, Python's requests and Node do; any other goes out directly. Node
does not support SOCKS and ends with an error: lease with --protocol http.

The lease is renewed while the command runs and released when it ends: with outcome ok after exit 0,
failed after any other exit, and none after a signal to lighthouse, which is passed on. If the lease
is lost (its proxy was banned or deleted, or the stack was away until the lease ended), the command
is ended with SIGTERM and, 10 seconds later, with SIGKILL.

Without a controlling terminal (cron, CI, containers) the command gets its own process group. Signals
go to the whole group, and what the command leaves behind in it is ended too. With a terminal the
command stays in the foreground, and only the command itself is signalled: one that starts others
must pass signals on or give way with exec, as in sh -c 'cd /srv && exec ./fetch-all'.

Exit code: the command's; 128 + n after signal n; 127 no such command; 126 it cannot be run; 1 no
proxy is free or the lease was lost; 2 wrong use or no stack. Messages of lighthouse itself go to
standard error; with --json, so does how the command ended.

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
    .argument('<command...>', 'the command and its arguments, after --')
    .addHelpText('after', ABOUT);
  addStackFlags(addAcquireFlags(command)).action(
    async (poolName: string, commandLine: RunRequest['commandLine'], flags: AcquireFlags) => {
      refuseNoNames(command, [poolName]);
      refuseWithoutDashes(commandLine, rawArgumentsOf(lease.parent));
      const request = { poolName, commandLine, wish: toLeaseWish(flags) };
      process.exitCode = await runFor(request, flags, terminal);
    },
  );
}

/**
 * Refuses a command without `--` before it: its options would be taken for options of `run`.
 *
 * @throws {InvalidInputError} when `--` is missing or comes too late
 */
function refuseWithoutDashes({ length }: readonly string[], args: readonly unknown[]): void {
  if (args.at(-length - 1) === '--') return;
  throw new InvalidInputError(
    'name the pool, then put -- before the command, as in lighthouse lease run POOL -- CMD',
  );
}

/** The arguments a program was run with; commander's types leave them out. */
function rawArgumentsOf(program: Command | null): readonly unknown[] {
  const args = program !== null && 'rawArgs' in program ? program.rawArgs : [];
  return Array.isArray(args) ? args : [];
}

async function runFor(
  request: RunRequest,
  flags: AcquireFlags,
  { stderr }: Terminal,
): Promise<number> {
  const { json = false } = flags;
  const terminal = findControllingTerminal();
  using relay = new SignalRelay({ terminal });
  // Nothing aborts the requests: a lease that was acquired must be known, and released.
  await using client = new ApiClient(await findApi(flags), new AbortController().signal);
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
