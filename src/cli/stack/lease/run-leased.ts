import { LeaseEndedError, LighthouseError } from '../../../errors.ts';
import { LeaseOutcome } from '../../../model/proxy-row.ts';
import {
  type ApiLease,
  type HoldingDependencies,
  type HoldRequest,
  holdLease,
} from './api-lease.ts';
import { type ChildEnd, type ChildOptions, runLeasedChild } from './leased-child.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import { type SignalRelay, signalExitCode } from './signal-relay.ts';

/** What `runLeased` needs. */
export interface RunDependencies extends HoldingDependencies {
  readonly relay: SignalRelay;
  /** Whether the command gets its own process group, which is signalled as a whole. */
  readonly ownGroup: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes the errors that do not keep the run from having an outcome. */
  readonly report: (error: LighthouseError) => void;
  /** How long the release may take. @default 5,000 */
  readonly releaseTimeoutMs?: number;
}

export interface RunRequest extends HoldRequest {
  readonly commandLine: ChildOptions['commandLine'];
}

/** How a command that was run through a leased proxy ended. */
export interface RunOutcome {
  readonly proxyId: string;
  /** The command's own, 128 plus the number of the signal that ended it, or 1 for a lost lease. */
  readonly exitCode: number;
  /** The outcome that was reported; null when the command's end says nothing about the proxy. */
  readonly outcome: LeaseOutcome | null;
}

/** The exit code when the command had to end because its lease was lost. */
const LOST_EXIT_CODE = 1;

/** How long the release may take, ms: the caller waits for it as well as for the command. */
const RELEASE_TIMEOUT_MS = 5_000;

/**
 * Leases a proxy, runs a command through it, renews the lease meanwhile, and releases it with the
 * outcome that the command's exit code stands for. A lost lease ends the command: another consumer
 * may already hold the proxy.
 *
 * @throws {NoProxyAvailableError} when no proxy that matches is free
 */
export async function runLeased(
  dependencies: RunDependencies,
  request: RunRequest,
): Promise<RunOutcome> {
  const { poolName } = request;
  const lease = await holdLease(dependencies, request);
  let ended: Ended | null = null;
  try {
    ended = { poolName, lease, end: await runKept(dependencies, request, lease) };
  } finally {
    // An error says nothing about the proxy, and nothing else would give it back.
    if (ended === null) await release(dependencies, { poolName, lease, end: null }, null);
  }
  return conclude(dependencies, ended);
}

/** Runs the command and renews its lease meanwhile; null when the command was not run. */
async function runKept(
  { relay, ownGroup, environment }: RunDependencies,
  { commandLine }: RunRequest,
  { holder, proxyUrl }: ApiLease,
): Promise<ChildEnd | null> {
  // A signal that came while the lease was acquired ends the run before it begins.
  if (relay.received !== null) return null;
  const stop = new AbortController();
  const keeping = holder.keep(stop.signal);
  try {
    const env = proxyEnvironment(proxyUrl, environment);
    return await runLeasedChild({ commandLine, env, relay, ownGroup, end: holder.lost });
  } finally {
    stop.abort();
    await keeping;
  }
}

interface Ended {
  readonly poolName: string;
  readonly lease: ApiLease;
  /** Null when the command was not run. */
  readonly end: ChildEnd | null;
}

async function conclude(dependencies: RunDependencies, ended: Ended): Promise<RunOutcome> {
  const { relay, report } = dependencies;
  const { end, lease } = ended;
  const { proxyId, holder } = lease;
  if (end?.kind === 'not-started') report(new LighthouseError('command_failed', end.sentence));
  // A lease that is lost after the command ended did not end it.
  if (end?.kind === 'exited' && end.wasEnded) {
    const why = explain(holder.lost.reason);
    report(new LeaseEndedError(`the lease was lost, so the command was ended: ${why}`));
    return { proxyId, exitCode: LOST_EXIT_CODE, outcome: null };
  }
  const interrupted = relay.received;
  const outcome = end?.kind === 'exited' && interrupted === null ? outcomeOf(end.exitCode) : null;
  await release(dependencies, ended, outcome);
  const exitCode = end?.exitCode ?? (interrupted === null ? 1 : signalExitCode(interrupted));
  return { proxyId, exitCode, outcome };
}

/** Explains why a lease was lost, with the failure that kept it from being renewed. */
function explain(reason: unknown): string {
  if (!(reason instanceof Error)) return 'it was not renewed';
  return reason.cause instanceof LighthouseError
    ? `${reason.message}: ${reason.cause.message}`
    : reason.message;
}

function outcomeOf(exitCode: number): LeaseOutcome {
  return exitCode === 0 ? LeaseOutcome.ok : LeaseOutcome.failed;
}

/** Releases the lease. A failure is only reported: the lease ends by itself. */
async function release(
  { leases, report, releaseTimeoutMs = RELEASE_TIMEOUT_MS }: RunDependencies,
  { poolName, lease: { holder } }: Ended,
  outcome: LeaseOutcome | null,
): Promise<void> {
  const { leaseId, expiresAt } = holder.lease;
  try {
    const signal = AbortSignal.timeout(releaseTimeoutMs);
    await leases.release({ poolName, leaseId }, { outcome: outcome ?? undefined, signal });
  } catch (error) {
    if (!(error instanceof LighthouseError)) throw error;
    const message = `the lease was not released and ends at ${expiresAt}: ${error.message}`;
    report(new LighthouseError('not_released', message, { cause: error }));
  }
}
