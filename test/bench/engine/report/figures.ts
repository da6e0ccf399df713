import type { Route } from '../job.ts';
import type { Measurement } from '../measurement.ts';
import { USUAL_IN_FLIGHT } from '../scenarios.ts';
import type { GrowthReport } from '../subjects/growth.ts';
import { SubjectName } from '../subjects.ts';

/** What growth.ts measured, with the growth over the second half of the probes. */
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

/** Picks a figure from a run; undefined when the run does not have it. */
type PickFigure = (run: Measurement) => number | undefined;

/** The runs of a selection, except memory runs. */
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
export function medianOf(
  measured: Measured,
  selection: Selection,
  pick: PickFigure,
): number | undefined {
  return median(runsOf(measured, selection).flatMap((run) => pick(run) ?? []));
}

/**
 * The median of the ratios of two figures measured in the same round, so that a machine that is
 * busier in one round than in the next changes nothing.
 */
export function ratioOf(
  measured: Measured,
  [above, below]: readonly [Selection, Selection],
  pick: PickFigure,
): number | undefined {
  const divisors = new Map(runsOf(measured, below).map((run) => [run.round, pick(run)]));
  const ratios = runsOf(measured, above).flatMap((run) => {
    const [figure, divisor] = [pick(run), divisors.get(run.round)];
    return figure === undefined || divisor === undefined ? [] : figure / divisor;
  });
  return median(ratios);
}

/** The median over the rounds; undefined when memory was not measured. */
export function memoryPerProbeKb(
  { runs }: Measured,
  route: Route,
  subject: SubjectName = SubjectName.engine,
): number | undefined {
  const own = runs.filter((run) => run.route === route && run.subject === subject);
  return median(own.flatMap(({ kbPerProbe }) => kbPerProbe ?? []));
}

/** The middle of some numbers, or between the two in the middle; undefined when there are none. */
function median(values: readonly number[]): number | undefined {
  const middle = (values.length - 1) / 2;
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
