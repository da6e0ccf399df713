import { systemClock } from '../../../src/clock.ts';
import type { Measured } from './figures.ts';
import type { Measurement } from './measurement.ts';
import type { BenchOptions } from './options.ts';
import { describeRun } from './report.ts';
import { runTask, type Task, titleOf } from './run-task.ts';
import { LEVELS, MEMORY, type Scenario, USUAL, USUAL_IN_FLIGHT } from './scenarios.ts';
import { SUBJECTS, type Subject } from './subjects.ts';
import type { Workbench } from './workbench.ts';

/** No round after the first begins later than this. */
const LAST_ROUND_MS = 110_000;
/** No run begins later than this: the bench is to take under five minutes. */
const LAST_RUN_MS = 270_000;

export interface BenchRun {
  readonly measured: Measured;
  /** What went wrong, a line each. */
  readonly faults: readonly string[];
  /** What was not measured, and why, a line each. */
  readonly skipped: readonly string[];
}

/** Makes the runs that were asked for, the subjects in turn, so that all have the same weather. */
export async function runBench(
  options: BenchOptions,
  bench: Workbench,
  say: (line: string) => void,
): Promise<BenchRun> {
  const startedAt = systemClock.monotonic();
  const isLate = (limitMs: number) => systemClock.monotonic() - startedAt > limitMs;
  const runs: Measurement[] = [];
  const faults: string[] = [];
  const skipped: string[] = [];
  const skip = (what: string) => {
    skipped.push(what);
    say(`skipped: ${what}`);
  };
  const subjects = await presentSubjects(options, skip);
  const make = async (task: Task) => {
    if (isLate(LAST_RUN_MS)) return skip(`${titleOf(task)}: out of time`);
    const result = await runTask(task, bench, options.scale);
    if ('measurement' in result) runs.push(result.measurement);
    else faults.push(`${titleOf(task)}: ${result.fault}`);
    say(`${titleOf(task)}: ${describeRun(result)}`);
  };
  for (let round = 1; round <= options.rounds; round++) {
    if (round > 1 && isLate(LAST_ROUND_MS)) skip(`round ${round}: out of time`);
    else
      for (const task of tasksOf({ scenarios: USUAL, subjects, round }, options)) await make(task);
  }
  for (const task of tasksOf({ scenarios: MEMORY, subjects, round: 1 }, options)) await make(task);
  for (const task of tasksOf({ scenarios: LEVELS, subjects, round: 1 }, options)) await make(task);
  return { measured: { runs }, faults, skipped };
}

async function presentSubjects(
  options: BenchOptions,
  skip: (what: string) => void,
): Promise<readonly Subject[]> {
  const present: Subject[] = [];
  for (const subject of SUBJECTS.filter(({ name }) => options.subjects.includes(name))) {
    const missing = await subject.missing();
    if (missing === null) present.push(subject);
    else skip(`${subject.name}: ${missing}`);
  }
  return present;
}

interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly subjects: readonly Subject[];
  readonly round: number;
}

function tasksOf({ scenarios, subjects, round }: Plan, { only }: BenchOptions): readonly Task[] {
  return scenarios
    .filter(({ part }) => only.includes(part))
    .flatMap((scenario) => subjects.map((subject): Task => ({ scenario, subject, round })))
    .filter((task) => takesPart(task));
}

/** Who is no part of a target is measured in the first round only. */
function takesPart({ scenario: { part, route, inFlight }, subject, round }: Task): boolean {
  if (!subject.routes.includes(route) || (round > 1 && !subject.everyRound)) return false;
  if (part === 'memory') return subject.hasLevels;
  return inFlight === USUAL_IN_FLIGHT || (subject.hasLevels && inFlight <= subject.maxInFlight);
}
