import type { Route } from '../job.ts';
import type { Measurement } from '../measurement.ts';
import { USUAL_IN_FLIGHT } from '../scenarios.ts';
import type { GrowthReport } from '../subjects/growth.ts';
import { SubjectName } from '../subjects.ts';
import { median } from './statistics.ts';

/** What growth.ts measured, the growths over the second half of the probes. */
export interface Growth extends GrowthReport {
  readonly residentKbPerThousand: number;
  readonly heapKbPerThousand: number;
}

/** What one bench measured. */
export interface Measured {
  readonly runs: readonly Measurement[];
  readonly growth: Growth | null;
}

/** What a figure is taken from. */
export interface Selection {
  readonly route: Route;
  readonly subject?: SubjectName;
  readonly inFlight?: number;
}

/** A figure of each round, the rounds with more than one of them aside. */
type Pick = (run: Measurement) => number | undefined;

/** The runs of a selection, memory runs aside. */
export function runsOf(
  { runs }: Measured,
  { route, subject = SubjectName.engine, inFlight = USUAL_IN_FLIGHT }: Selection,
): readonly Measurement[] {
  return runs.filter(
    (run) =>
      run.latencyErrorMs !== null &&
      run.route === route &&
      run.subject === subject &&
      run.inFlight === inFlight,
  );
}

/** The median over the rounds; undefined when there were none. */
export function medianOf(measured: Measured, selection: Selection, pick: Pick): number | undefined {
  const values = runsOf(measured, selection).flatMap((run) => pick(run) ?? []);
  return values.length === 0 ? undefined : median(values);
}

/**
 * The median of the ratios of two figures measured in the same round, so that a machine that is
 * busier in one round than in the next changes nothing.
 */
export function ratioOf(
  measured: Measured,
  [above, below]: readonly [Selection, Selection],
  pick: Pick,
): number | undefined {
  const divisors = new Map(runsOf(measured, below).map((run) => [run.round, pick(run)]));
  const ratios = runsOf(measured, above).flatMap((run) => {
    const [figure, divisor] = [pick(run), divisors.get(run.round)];
    return figure === undefined || divisor === undefined ? [] : figure / divisor;
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** The median over the rounds; undefined when memory was not measured. */
export function memoryPerProbeKb(
  { runs }: Measured,
  route: Route,
  subject: SubjectName = SubjectName.engine,
): number | undefined {
  const own = runs.filter((run) => run.route === route && run.subject === subject);
  const values = own.flatMap(({ kbPerProbe }) => kbPerProbe ?? []);
  return values.length === 0 ? undefined : median(values);
}
