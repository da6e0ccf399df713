import { Outcome } from '../engine/report/targets.ts';
import { growthOf, type Point, type Series } from './series.ts';

/** A figure that a part of the pipeline has to reach. */
interface PipelineLimit {
  readonly part: string;
  readonly what: string;
  readonly unit: string;
  /** The most that it may be; with `atLeast`, the least. */
  readonly limit: number;
  readonly atLeast?: true;
  /** Of the series of that part. */
  figure(series: Series): number | undefined;
}

export interface AssessedLimit {
  readonly limit: PipelineLimit;
  readonly figure: number | undefined;
  readonly outcome: Outcome;
}

/** Time may grow a little faster than the size: a run of a few has noise of some per cent. */
const LINEAR = 1.15;

function at(size: number, pick: (point: Point) => number | undefined) {
  return ({ points }: Series) => {
    const point = points.find((each) => each.size === size);
    return point && pick(point);
  };
}

const seconds = ({ ms }: Point) => ms / 1000;
const growth = { what: 'growth with size', unit: 'power', limit: LINEAR, figure: growthOf };

/** Every limit. */
const LIMITS: readonly PipelineLimit[] = [
  { part: 'fan-out', what: '1,000,000', unit: 's', limit: 10, figure: at(1_000_000, seconds) },
  {
    ...{ part: 'fan-out', what: '1,000,000, memory', unit: 'MB', limit: 128 },
    figure: at(1_000_000, ({ peakMb }) => peakMb),
  },
  { part: 'fan-out', ...growth },
  {
    part: 'batch',
    what: '256, without probing',
    unit: 'ms',
    limit: 150,
    figure: at(256, (p) => p.ms),
  },
  { part: 'batch', ...growth },
  {
    ...{ part: 'import', what: '10,000', unit: 'rows/s', limit: 2_000, atLeast: true },
    figure: at(10_000, (point) => point.size / seconds(point)),
  },
  {
    part: 'import',
    what: '10,000, one request',
    unit: 's',
    limit: 20,
    figure: at(10_000, seconds),
  },
  {
    ...{ part: 'import', what: '10,000, memory', unit: 'MB', limit: 1024 },
    figure: at(10_000, ({ peakMb }) => peakMb),
  },
  { part: 'import', ...growth },
  { part: 'results', what: '100,000', unit: 's', limit: 6, figure: at(100_000, seconds) },
  { part: 'results', ...growth },
  {
    part: 'lease',
    what: 'p50, pool of 2,000',
    unit: 'ms',
    limit: 20,
    figure: at(2_000, (p) => p.ms),
  },
  { part: 'lease', ...growth },
];

/** Assesses every limit; a part that is absent is not measured. */
export function assessLimits(measured: readonly Series[]): readonly AssessedLimit[] {
  return LIMITS.map((limit) => {
    const series = measured.find(({ name }) => name === limit.part);
    const figure = series && limit.figure(series);
    if (figure === undefined) return { limit, figure, outcome: Outcome.notMeasured };
    const holds = limit.atLeast ? figure >= limit.limit : figure <= limit.limit;
    return { limit, figure, outcome: holds ? Outcome.pass : Outcome.miss };
  });
}
