import { describe, expect, it } from 'vitest';
import { findGrowthFault } from './engine/growth.ts';
import { Route } from './engine/job.ts';
import { findFault, type Measurement, type Run, toMeasurement } from './engine/measurement.ts';
import type { Growth, Measured } from './engine/report/figures.ts';
import { assessTargets, Outcome } from './engine/report/targets.ts';
import { USUAL } from './engine/scenarios.ts';
import { SubjectName } from './engine/subjects.ts';

const [scenario] = USUAL.filter(({ route }) => route === Route.https);
if (!scenario) throw new Error('there is no https scenario');

/** A run of two checks at 50 ms of delay that went well. */
const run: Run = {
  scenario,
  ...{ subject: SubjectName.engine, round: 1 },
  report: { checks: 2, ok: 2, cpuMs: 3, wallMs: 100, peakRssKb: 1, latenciesMs: [53, 60] },
  fixture: {
    ...{ accepted: 2, answered: 2, fullHandshakes: 2, resumedHandshakes: 0 },
    ...{ open: 0, mostOpen: 2, cpuMs: 1 },
  },
};

function outcomes(runs: readonly Measurement[], growth: Growth | null = null) {
  const measured: Measured = { runs, growth };
  return new Map(assessTargets(measured).map(({ target, outcome }) => [target.name, outcome]));
}

function httpsRun(subject: SubjectName, round: number, cpuMs: number): Measurement {
  return toMeasurement({ ...run, subject, round, report: { ...run.report, cpuMs } });
}

describe('the assessment of the engine bench', () => {
  it('takes ratios between runs of one round, and their median', () => {
    const { engine, curl } = SubjectName;
    const name = 'CPU, https: target, full handshakes';
    const withRatios = (ratios: readonly number[]) =>
      ratios.flatMap((ratio, index) => [
        httpsRun(engine, index + 1, ratio * 10 ** index),
        httpsRun(curl, index + 1, 10 ** index),
      ]);
    expect(outcomes(withRatios([0.7, 0.7, 2])).get(name)).toBe(Outcome.pass);
    expect(outcomes(withRatios([0.1, 0.8, 0.8])).get(name)).toBe(Outcome.miss);
  });

  it('subtracts the delay of the proxy from the latency', () => {
    expect(toMeasurement(run).latencyErrorMs).toEqual({ p50: 3, p99: 10 });
  });

  it('calls a target that nothing was measured for neither passed nor missed', () => {
    expect(new Set(outcomes([]).values())).toEqual(new Set([Outcome.notMeasured]));
  });

  it.each<[string, Partial<Run>, RegExp]>([
    ['checks failed', { report: { ...run.report, ok: 1, failure: 'status 502' } }, /1 of 2.*502/],
    [
      'something other than the proxies answered',
      { fixture: { ...run.fixture, answered: 1 } },
      /only 1/,
    ],
    ['connections were reused', { fixture: { ...run.fixture, accepted: 1 } }, /several checks/],
    ['sessions were resumed', { fixture: { ...run.fixture, resumedHandshakes: 1 } }, /resumed/],
  ])('refuses a run in which %s', (_, change, words) => {
    expect(findFault(run)).toBeNull();
    expect(findFault({ ...run, ...change })).toMatch(words);
  });

  it('refuses a hostile run in which a peer was found healthy', () => {
    const growth: Growth = {
      ...{ probes: 2, seconds: 1, samples: [], socketsLeft: 0 },
      ...{ verdicts: { timeout: 2 }, residentKbPerThousand: 0, heapKbPerThousand: 0 },
    };
    expect(findGrowthFault(growth)).toBeNull();
    expect(findGrowthFault({ ...growth, verdicts: { timeout: 1, active: 1 } })).toMatch(/healthy/);
    expect(findGrowthFault({ ...growth, verdicts: { timeout: 1 } })).toMatch(/1 of 2/);
  });
});
