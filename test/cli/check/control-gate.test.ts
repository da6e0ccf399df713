import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ControlGate } from '../../../src/cli/check/control-gate.ts';
import { RunTally } from '../../../src/cli/output/run-tally.ts';
import { formatSummary } from '../../../src/cli/output/summary-text.ts';
import { systemClock } from '../../../src/clock.ts';
import type { FailureCode } from '../../../src/health/failure.ts';
import type { HealthCheckResult, Verdict } from '../../../src/health/health-check-result.ts';
import { type ResultRecord, toResultRecord } from '../../../src/model/result-record.ts';

function resultOf(proxyId: string, status: Verdict): HealthCheckResult {
  return {
    proxyId,
    status,
    protocol: 'http',
    latencyMs: 1,
    attempts: 1,
    timings: {},
    bytes: 0,
    checkedAt: '2026-01-01T00:00:00.000Z',
  };
}

const refusal: HealthCheckResult = { ...resultOf('0', 'inactive'), failure: 'refused' };

interface Scene {
  /** The result of each control probe, in turn. */
  readonly target: readonly boolean[];
  readonly results: readonly Verdict[];
  readonly maxHeld?: number;
}

async function passThrough({ target, results, maxHeld = 2 }: Scene) {
  let probes = 0;
  const gate = new ControlGate({
    probe: async () => ({ ok: target[probes++] ?? true, latencyMs: 1 }),
    clock: { ...systemClock, monotonic: () => 0 },
    signal: new AbortController().signal,
    maxHeld,
  });
  await gate.open();
  const seen: string[] = [];
  const see = async ({ proxyId, status }: HealthCheckResult) =>
    void seen.push(`${proxyId} ${status}`);
  for (const [index, status] of results.entries()) {
    await gate.admit(resultOf(String(index), status), see);
  }
  await gate.close();
  return { seen, summary: gate.summary() };
}

describe('the control gate', () => {
  it('passes on good verdicts at once and bad ones after a control probe', async () => {
    const { seen, summary } = await passThrough({
      target: [true, true],
      results: ['inactive', 'active', 'slow'],
    });
    expect(seen).toEqual(['1 active', '2 slow', '0 inactive']);
    expect(summary).toMatchObject({ probes: 2, failed: 0 });
  });

  it('lets a success stand at once, and makes failures inconclusive, while the target does not answer', async () => {
    const { seen } = await passThrough({
      target: [false, false],
      results: ['inactive', 'active', 'slow'],
      maxHeld: 9,
    });
    expect(seen).toEqual(['1 active', '2 slow', '0 inconclusive']);
  });

  it('blames the target for what it set aside only when the target was asked', async () => {
    const blamedFor = async (failure: FailureCode) => {
      const gate = new ControlGate({
        probe: async () => ({ ok: false, latencyMs: 1, failure }),
        clock: systemClock,
        signal: new AbortController().signal,
      });
      await gate.open();
      let blame: string | undefined;
      await gate.admit(refusal, async (result) => {
        blame = result.blame;
      });
      await gate.close();
      return blame;
    };
    expect(await blamedFor('refused')).toBe('target');
    expect(await blamedFor('unexpected_status')).toBe('target');
    expect(await blamedFor('resolver_unavailable')).toBe('us');
    expect(await blamedFor('no_route')).toBe('us');
    expect(await blamedFor('address_refused')).toBe('us');
    expect(await blamedFor('target_name_unresolved')).toBe('unconfirmed');
  });

  it('reports failures as unconfirmed, and blames no target, when it is interrupted before its control probe', async () => {
    const controller = new AbortController();
    const gate = new ControlGate({
      probe: async () => ({ ok: true, latencyMs: 1 }),
      clock: systemClock,
      signal: controller.signal,
    });
    await gate.open();
    const tally = new RunTally();
    const records: ResultRecord[] = [];
    const pass = async (result: HealthCheckResult) => {
      const record = toResultRecord(null, result);
      records.push(record);
      tally.add(record);
    };
    for (let count = 0; count < 2; count += 1) await gate.admit(refusal, pass);
    controller.abort(new Error('Ctrl-C'));
    await gate.close();
    expect(records).toHaveLength(2);
    for (const record of records) {
      expect(record).toMatchObject({ status: 'inconclusive', blame: 'unconfirmed' });
      expect(record.failure).toBe('refused');
      expect(record.errorMessage).toMatch(/^Unconfirmed:/);
    }
    const summary = tally.summary();
    expect(summary.failures).toEqual([{ code: 'refused', blame: 'unconfirmed', count: 2 }]);
    const text = formatSummary(
      { ...summary, list: null, elapsedMs: 1, interrupted: true, control: gate.summary() },
      false,
    );
    expect(text).toContain('2 failures are unconfirmed');
    expect(text).not.toContain('did not answer');
  });

  it('makes the held bad verdicts inconclusive when the target goes down halfway', async () => {
    const { seen, summary } = await passThrough({
      target: [true, true, false, true, true],
      results: ['inactive', 'inactive', 'inactive', 'inactive', 'inactive', 'inactive', 'inactive'],
    });
    expect(seen).toEqual([
      '0 inactive',
      '1 inactive',
      '2 inconclusive',
      '3 inconclusive',
      '4 inconclusive',
      '5 inconclusive',
      '6 inactive',
    ]);
    expect(summary).toMatchObject({ probes: 5, failed: 1 });
  });

  it('holds what fails while the target is asked until it is asked again, and lets too many wait', async () => {
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let probes = 0;
    const gate = new ControlGate({
      probe: async () => {
        await answers[probes++ - 1]?.promise;
        return { ok: probes !== 3, latencyMs: 1 };
      },
      clock: { ...systemClock, monotonic: () => 0 },
      signal: new AbortController().signal,
      maxHeld: 2,
    });
    await gate.open();
    const seen: string[] = [];
    const see = async ({ status }: HealthCheckResult) => void seen.push(status);
    const first = [gate.admit(refusal, see), gate.admit(refusal, see)];
    await gate.admit(refusal, see);
    let isWaiting = true;
    const full = gate.admit(refusal, see).then(() => {
      isWaiting = false;
    });
    await turn();
    expect([seen, isWaiting]).toEqual([[], true]);
    answers[0]?.resolve();
    await Promise.all([...first, full]);
    expect(seen).toEqual(['inactive', 'inactive']);
    answers[1]?.resolve();
    await gate.close();
    expect(seen.slice(2)).toEqual(['inconclusive', 'inconclusive']);
  });

  it('makes the last held verdicts inconclusive when the final control probe fails', async () => {
    const { seen } = await passThrough({
      target: [true, false],
      results: ['active', 'inactive'],
    });
    expect(seen).toEqual(['0 active', '1 inconclusive']);
  });
});
