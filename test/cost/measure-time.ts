import { CHECKER_MEMORY_MB, MEMORY_OF_A_CORE_MB } from '../../src/cost/checker-time.ts';
import type { CheckerScenario } from '../../src/cost/quantities.ts';
import type { LocalFunctionStatistics } from '../../src/local/local-functions.ts';
import { cpuMsOf, type LimitedProcess, limitCpu } from '../support/cpu-share.ts';
import { type CostWorld, startCostWorld } from './cost-world.ts';

/** What the functions took for one sweep, at a Lambda's share of a core. */
export interface TakenTime {
  readonly checks: number;
  /** Billed time of checkers without their start, milliseconds. */
  readonly checkerMs: number;
  readonly invocations: number;
  /** CPU time of checkers, milliseconds. */
  readonly cpuMs: number;
  /** Starting an environment of the checker, milliseconds; Lambda gives it a whole core for that. */
  readonly initMs: number;
  /** Billed time of a tick that finds nothing to do, and of one that starts a sweep, milliseconds. */
  readonly tickMs: number;
  readonly startMs: number;
  readonly how: LimitedProcess['how'];
}

/** The most sweeps until one meets only checkers that have run before. */
const MOST_SWEEPS = 4;

/** Sweeps a pool twice, the second time with every function at its share of a core. */
export async function takeTime(scenario: CheckerScenario, checks: number): Promise<TakenTime> {
  const { https, hosts, timeoutMs, attempts, alive, latencyMs } = scenario;
  const { maxInFlightPerHost = null } = scenario;
  await using world = await startCostWorld({ https, checker: { maxConcurrency: 2 } });
  using limits = new DisposableStack();
  const { fleet, whole } = world;
  await world.tick();
  limit(limits, functionOf(world, 'fanOut'));
  const tickMs = await billedMs(world, 'fanOut', () => world.tick());
  // A golden-ratio sequence spreads the dead ones evenly.
  fleet.behave((session) => ((session * 0.618034) % 1 < alive ? latencyMs : null));
  const options = { ...world.options, timeoutMs, attempts };
  const list = hosts === null ? fleet.list(checks) : fleet.list(checks, hosts);
  await whole.createPool('fleet', { options, intervalSeconds: 60, maxInFlightPerHost }, list);
  await world.sweep('fleet');
  const warm = await sweepWarm(world, limits);
  return { checks, ...warm, initMs: initMsOf(world), tickMs };
}

/** Sweeps at a Lambda's share of a core, again when that has started another checker. */
async function sweepWarm(world: CostWorld, limits: DisposableStack) {
  const known = new Set<number>();
  let how: TakenTime['how'] = 'quota';
  for (let sweeps = 1; ; sweeps += 1) {
    const checker = functionOf(world, 'checker');
    const pids = checker.pids.filter((pid) => !known.has(pid));
    if (limit(limits, { pids }) === 'stopped') how = 'stopped';
    for (const pid of pids) known.add(pid);
    const usedMs = () => sum(checker.pids.map(cpuMsOf));
    const [fanOutMs, cpuMs] = [functionOf(world, 'fanOut').durationMs, usedMs()];
    await world.sweep('fleet');
    const after = functionOf(world, 'checker');
    if (after.coldStarts !== checker.coldStarts) {
      if (sweeps === MOST_SWEEPS) throw new Error('checkers started cold in every sweep');
      continue;
    }
    return {
      checkerMs: after.durationMs - checker.durationMs,
      invocations: after.invocations - checker.invocations,
      cpuMs: usedMs() - cpuMs,
      startMs: functionOf(world, 'fanOut').durationMs - fanOutMs,
      how,
    };
  }
}

function functionOf({ whole }: CostWorld, name: string): LocalFunctionStatistics {
  const found = whole.stack.functions()[name];
  if (!found) throw new Error(`the stack has no function ${name}`);
  return found;
}

async function billedMs(world: CostWorld, name: string, work: () => Promise<void>) {
  const { durationMs } = functionOf(world, name);
  await work();
  return functionOf(world, name).durationMs - durationMs;
}

/** Gives each process of a function the share of a core that its memory stands for. */
function limit(
  limits: DisposableStack,
  { pids }: Pick<LocalFunctionStatistics, 'pids'>,
): TakenTime['how'] {
  const share = CHECKER_MEMORY_MB / MEMORY_OF_A_CORE_MB;
  const limited = pids.map((pid) => limitCpu(pid, share));
  for (const each of limited) limits.defer(() => each.release());
  return limited.every(({ how }) => how === 'quota') ? 'quota' : 'stopped';
}

/** How long the checker's last start took, by Lambda's own line. */
function initMsOf({ whole }: CostWorld): number {
  const reports = whole.lines.filter((line) => /^\[\S*Checker\S*\] REPORT /.test(line));
  const starts = reports.flatMap((line) => /Init Duration: ([\d.]+) ms/.exec(line)?.[1] ?? []);
  return Number(starts.at(-1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
