import { Route } from '../job.ts';
import type { Measurement } from '../measurement.ts';
import type { Part } from '../scenarios.ts';
import { SubjectName } from '../subjects.ts';
import { type Measured, medianOf, memoryPerProbeKb, ratioOf, runsOf } from './figures.ts';

/** A figure that Lighthouse has to reach; all at 200 in flight except memory and growth. */
export interface Target {
  readonly name: string;
  readonly unit: string;
  /** The most that the figure may be; with `atLeast`, the least. */
  readonly limit: number;
  readonly atLeast?: true;
  /** A goal may be missed; a target that is not a goal must hold. */
  readonly goal?: true;
  /** The parts of the bench it is taken from. */
  readonly parts: readonly Part[];
  /** Undefined when the bench did not measure it. */
  figure(measured: Measured): number | undefined;
}

const cpu = (run: Measurement) => run.cpuMsPerCheck;
const rate = (run: Measurement) => run.checksPerSecond;
const errorP50 = (run: Measurement) => run.latencyErrorMs?.p50;
const errorP99 = (run: Measurement) => run.latencyErrorMs?.p99;

const curlOn = (route: Route) => ({ route, subject: SubjectName.curl });

const httpOverCurl = {
  unit: '× curl',
  parts: [Route.http],
  figure: (measured: Measured) =>
    ratioOf(measured, [{ route: Route.http }, curlOn(Route.http)], cpu),
};

export const TARGETS: readonly Target[] = [
  { name: 'CPU, http: target', limit: 1, goal: true, ...httpOverCurl },
  { name: 'CPU, http: target', limit: 1.35, ...httpOverCurl },
  {
    ...{ name: 'CPU, https: target, full handshakes', unit: '× curl', limit: 0.75 },
    parts: [Route.https],
    figure: (measured) => ratioOf(measured, [{ route: Route.https }, curlOn(Route.https)], cpu),
  },
  {
    ...{ name: 'CPU, https: target, resumed', unit: '× curl, full', limit: 0.45 },
    parts: [Route.resumed, Route.https],
    figure: (measured) => ratioOf(measured, [{ route: Route.resumed }, curlOn(Route.https)], cpu),
  },
  {
    ...{ name: 'CPU, SOCKS5', unit: '× own http:', limit: 1.3 },
    parts: [Route.socks5, Route.http],
    figure: (measured) => ratioOf(measured, [{ route: Route.socks5 }, { route: Route.http }], cpu),
  },
  {
    ...{ name: 'CPU, refused', unit: 'ms', limit: 0.1 },
    parts: [Route.refused],
    figure: (measured) => medianOf(measured, { route: Route.refused }, cpu),
  },
  ...latencyTargets(Route.http, { p50: 3, p99: 15 }),
  ...latencyTargets(Route.https, { p50: 5, p99: 25 }),
  rateTarget(Route.http),
  rateTarget(Route.https),
  memoryTarget(Route.http, 20),
  memoryTarget(Route.https, 80),
  {
    ...{ name: 'sockets left after a run', unit: '', limit: 0 },
    parts: Object.values(Route),
    figure: countSocketsLeft,
  },
  {
    ...{ name: 'memory growth, hostile peers', unit: 'KB per 1,000 probes', limit: 1 },
    parts: ['growth'],
    figure: ({ growth }) => growth?.residentKbPerThousand,
  },
];

function latencyTargets(route: Route, limits: { p50: number; p99: number }): Target[] {
  const common = { unit: 'ms', parts: [route] };
  return [
    {
      ...{ ...common, name: `latency error p50, ${route}: target`, limit: limits.p50 },
      figure: (measured) => medianOf(measured, { route }, errorP50),
    },
    {
      ...{ ...common, name: `latency error p99, ${route}: target`, limit: limits.p99 },
      figure: (measured) => medianOf(measured, { route }, errorP99),
    },
  ];
}

function rateTarget(route: Route): Target {
  const unpaced = { route, subject: SubjectName.unpaced };
  return {
    ...{ name: `rate, ${route}: target`, unit: '× unpaced', limit: 0.6, atLeast: true },
    parts: [route],
    figure: (measured) => ratioOf(measured, [{ route }, unpaced], rate),
  };
}

function memoryTarget(route: Route, limit: number): Target {
  return {
    ...{ name: `memory per probe in flight, ${route}: target`, unit: 'KB', limit },
    parts: ['memory'],
    figure: (measured) => memoryPerProbeKb(measured, route),
  };
}

/** The most sockets that any run of the engine left, including the one among hostile peers. */
function countSocketsLeft(measured: Measured): number | undefined {
  const left = Object.values(Route).flatMap((route) =>
    runsOf(measured, { route }).map((run) => run.socketsLeft ?? 0),
  );
  if (measured.growth) left.push(measured.growth.socketsLeft);
  return left.length === 0 ? undefined : Math.max(...left);
}

/** The outcome of a target. */
export const Outcome = { pass: 'pass', miss: 'miss', notMeasured: 'not measured' } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

export interface AssessedTarget {
  readonly target: Target;
  readonly figure: number | undefined;
  readonly outcome: Outcome;
}

/** Assesses every target. */
export function assessTargets(measured: Measured): readonly AssessedTarget[] {
  return TARGETS.map((target) => {
    const figure = target.figure(measured);
    return { target, figure, outcome: assess(target, figure) };
  });
}

function assess({ limit, atLeast }: Target, figure: number | undefined): Outcome {
  if (figure === undefined || Number.isNaN(figure)) return Outcome.notMeasured;
  const holds = atLeast ? figure >= limit : figure <= limit;
  return holds ? Outcome.pass : Outcome.miss;
}
