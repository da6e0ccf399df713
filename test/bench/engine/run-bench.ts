import { systemClock } from '../../../src/clock.ts';
import { describeGrowth, findGrowthFault, measureGrowth } from './growth.ts';
import { Route } from './job.ts';
import type { Measurement } from './measurement.ts';
import type { BenchOptions } from './options.ts';
import type { Growth, Measured } from './report/figures.ts';
import { describeRun } from './report/report.ts';
import { runTask, type Task, titleOf } from './run-task.ts';
import { LEVELS, MEMORY, type Scenario, USUAL } from './scenarios.ts';
import { SUBJECTS, type Subject, SubjectName } from './subjects.ts';
import type { Workbench } from './workbench.ts';

/** No run of a round after the first begins later than this. */
const LAST_ROUND_MS = 180_000;
/** No run begins later than this: the bench must take under five minutes. */
const LAST_RUN_MS = 275_000;

export interface BenchRun {
  readonly measured: Measured;
  /** What went wrong, one line each. */
  readonly faults: readonly string[];
  /** What was not measured, and why, one line each. */
  readonly skipped: readonly string[];
  /** The subjects that were asked for and can run here. */
  readonly present: readonly SubjectName[];
}

/** Measures what was asked for, the subjects in turn, so that all meet the same load. */
export async function runBench(
  options: BenchOptions,
  bench: Workbench,
  say: (line: string) => void,
): Promise<BenchRun> {
  const startedAt = systemClock.monotonic();
  const notes: Notes = { faults: [], skipped: [], say };
  const subjects = await presentSubjects(options, notes);
  const growth = options.only.includes('growth') ? await runGrowth(options, notes) : null;
  const runs: Measurement[] = [];
  for (const task of planTasks(subjects, options)) {
    if (systemClock.monotonic() - startedAt > latestStartMs(task)) {
      notes.skipped.push(`${titleOf(task)}: out of time`);
      continue;
    }
    const result = await runTask(task, bench, options.scale);
    if ('measurement' in result) runs.push(result.measurement);
    else notes.faults.push(`${titleOf(task)}: ${result.fault}`);
    say(`${titleOf(task)}: ${describeRun(result)}`);
  }
  const present = subjects.map(({ name }) => name);
  const { faults, skipped } = notes;
  return { measured: { runs, growth }, faults, skipped, present };
}

/** What is gathered besides the figures. */
interface Notes {
  readonly faults: string[];
  readonly skipped: string[];
  readonly say: (line: string) => void;
}

async function runGrowth({ scale }: BenchOptions, { faults, say }: Notes): Promise<Growth | null> {
  try {
    const growth = await measureGrowth(scale);
    const fault = findGrowthFault(growth);
    if (fault) faults.push(`growth: ${fault}`);
    say(`growth: ${describeGrowth(growth)}`);
    return growth;
  } catch (error) {
    faults.push(`growth: ${error}`);
    return null;
  }
}

async function presentSubjects(
  options: BenchOptions,
  { skipped, say }: Notes,
): Promise<readonly Subject[]> {
  const present: Subject[] = [];
  for (const subject of SUBJECTS.filter(({ name }) => options.subjects.includes(name))) {
    const missing = await subject.missing();
    if (missing === null) {
      present.push(subject);
      continue;
    }
    skipped.push(`${subject.name}: ${missing} is missing`);
    say(`skipped: ${subject.name}, since ${missing} is missing`);
  }
  return present;
}

/** The runs in order: those that most targets are taken from come first. */
function planTasks(subjects: readonly Subject[], { rounds, only }: BenchOptions): readonly Task[] {
  const tasksOf = (scenarios: readonly Scenario[], round = 1) =>
    scenarios
      .filter(({ part }) => only.includes(part))
      .flatMap((scenario) => subjects.map((subject): Task => ({ scenario, subject, round })))
      .filter(takesPart);
  const eachRound = (scenarios: readonly Scenario[]) =>
    Array.from({ length: rounds }, (_, index) => tasksOf(scenarios, index + 1)).flat();
  return [...eachRound(USUAL), ...eachRound(MEMORY), ...tasksOf(LEVELS)];
}

/** A run that no target is taken from is made only in the first round. */
function takesPart({ scenario: { part, route, inFlight }, subject, round }: Task): boolean {
  if (!subject.routes.includes(route)) return false;
  if (part === 'memory')
    return subject.hasLevels && (round === 1 || hasMemoryTarget(subject, route));
  if (part !== 'levels') return round === 1 || subject.everyRound;
  return subject.hasLevels && inFlight <= subject.maxInFlight;
}

function hasMemoryTarget({ name }: Subject, route: Route): boolean {
  return name === SubjectName.engine && route !== Route.socks5;
}

function latestStartMs({ round }: Task): number {
  return round > 1 ? LAST_ROUND_MS : LAST_RUN_MS;
}
