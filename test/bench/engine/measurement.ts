import type { FixtureStatistics } from './fixture.ts';
import { HELD_OCTET, Route, type SubjectReport } from './job.ts';
import type { Scenario } from './scenarios.ts';
import type { SubjectName } from './subjects.ts';

/** One run of one subject. */
export interface Measurement {
  readonly subject: SubjectName;
  readonly part: Scenario['part'];
  readonly route: Route;
  readonly inFlight: number;
  /** Counted from 1. */
  readonly round: number;
  readonly checks: number;
  readonly cpuMsPerCheck: number;
  readonly checksPerSecond: number;
  readonly checksPerSecondAndCore: number;
  readonly peakRssKb: number;
  /** The memory of one probe in flight; absent unless answers are held. */
  readonly kbPerProbe?: number;
  /** Latency as the subject reports it, minus the proxy's delay; null when answers are held. */
  readonly latencyErrorMs: { readonly p50: number; readonly p99: number } | null;
  readonly socketsLeft?: number;
  /** The share of one core that the proxies used: near 1 they would be the bottleneck. */
  readonly fixtureBusy: number;
}

/** What a run is made of. */
export interface Run {
  readonly scenario: Scenario;
  readonly subject: SubjectName;
  readonly round: number;
  readonly report: SubjectReport;
  readonly fixture: FixtureStatistics;
}

export function toMeasurement({ scenario, subject, round, report, fixture }: Run): Measurement {
  const { part, route, inFlight, octet } = scenario;
  const { checks, cpuMs, wallMs, peakRssKb, latenciesMs, socketsLeft, heldKb } = report;
  const errorAt = (share: number) => percentile(latenciesMs, share) - delayOf(scenario);
  return {
    ...{ subject, part, route, inFlight, round, checks, peakRssKb },
    cpuMsPerCheck: cpuMs / checks,
    checksPerSecond: (checks / wallMs) * 1000,
    checksPerSecondAndCore: (checks / cpuMs) * 1000,
    latencyErrorMs: octet === HELD_OCTET ? null : { p50: errorAt(0.5), p99: errorAt(0.99) },
    fixtureBusy: fixture.cpuMs / (wallMs * (fixture.accepted / checks || 1)),
    ...(socketsLeft !== undefined && { socketsLeft }),
    ...(heldKb !== undefined && octet === HELD_OCTET && { kbPerProbe: heldKb / inFlight }),
  };
}

/** Why a run cannot be compared with others; null when it can. */
export function findFault({ scenario, report, fixture }: Run): string | null {
  const { checks, ok, failure } = report;
  if (ok !== checks) return `${checks - ok} of ${checks} checks failed: ${failure ?? 'no reason'}`;
  if (scenario.route === Route.refused) return null;
  if (fixture.answered < checks) return `only ${fixture.answered} of ${checks} were answered`;
  if (fixture.accepted < fixture.answered) return 'a connection was used for several checks';
  if (scenario.route === Route.https && fixture.resumedHandshakes > 0) {
    return `${fixture.resumedHandshakes} handshakes were resumed, not full`;
  }
  return null;
}

/** The smallest value that at least this share of the values does not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** A refused connection has no delay. */
function delayOf({ route, octet }: Scenario): number {
  return route === Route.refused ? 0 : octet;
}
