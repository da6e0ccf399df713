import { HELD_OCTET, type Job, Route } from './job.ts';
import { findFault, type Measurement, toMeasurement } from './measurement.ts';
import type { Scenario } from './scenarios.ts';
import type { Subject } from './subjects.ts';
import type { Workbench } from './workbench.ts';

/** In flight while warming up for a measurement of memory. */
const FEW_IN_FLIGHT = 25;

/** One run to make. */
export interface Task {
  readonly scenario: Scenario;
  readonly subject: Subject;
  /** Counted from 1. */
  readonly round: number;
}

/** The result of a task: a measurement, or why there is none. */
export type TaskResult = { readonly measurement: Measurement } | { readonly fault: string };

/** Makes one run and checks whether it can be compared with others. */
export async function runTask(
  { scenario, subject, round }: Task,
  bench: Workbench,
  scale: number,
): Promise<TaskResult> {
  const { proxies } = bench;
  const job = toJob({ scenario, subject, round }, bench, scale);
  proxies.hold(job.inFlight);
  await proxies.takeStatistics();
  try {
    const report = await subject.run(job, bench);
    const fixture = await proxies.takeStatistics();
    const run = { scenario: { ...scenario, inFlight: job.inFlight }, round, report, fixture };
    const fault = findFault({ ...run, subject: subject.name });
    return fault ? { fault } : { measurement: toMeasurement({ ...run, subject: subject.name }) };
  } catch (error) {
    return { fault: String(error) };
  }
}

function toJob({ scenario, subject }: Task, { proxies, caFile }: Workbench, scale: number): Job {
  const { route, octet } = scenario;
  const { port, refusing } = proxies.ports;
  const inFlight = Math.min(scenario.inFlight, subject.maxInFlight);
  const part = subject.share * scale;
  return {
    ...{ route, octet, caFile, inFlight },
    port: route === Route.refused ? refusing : port,
    checks:
      octet === HELD_OCTET ? inFlight : Math.max(inFlight, Math.round(scenario.checks * part)),
    warmUp: Math.ceil(scenario.warmUp * part),
    warmUpInFlight: octet === HELD_OCTET ? FEW_IN_FLIGHT : inFlight,
  };
}

/** What a run is called in messages. */
export function titleOf({ scenario, subject, round }: Task): string {
  const { part, route, inFlight } = scenario;
  const where = part === route ? route : `${part}, ${route}`;
  return `round ${round}, ${where}, ${Math.min(inFlight, subject.maxInFlight)} in flight, ${subject.name}`;
}
