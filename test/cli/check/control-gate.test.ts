import { describe, expect, it } from 'vitest';
import { ControlGate } from '../../../src/cli/check/control-gate.ts';
import { systemClock } from '../../../src/clock.ts';
import type { HealthCheckResult, Verdict } from '../../../src/health/health-check-result.ts';

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
  async function* source() {
    for (const [index, status] of results.entries()) yield resultOf(String(index), status);
  }
  for await (const { proxyId, status } of gate.guard(source())) seen.push(`${proxyId} ${status}`);
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

  it('makes every verdict inconclusive while the target does not answer', async () => {
    const { seen } = await passThrough({ target: [false, false], results: ['inactive', 'active'] });
    expect(seen).toEqual(['0 inconclusive', '1 inconclusive']);
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

  it('makes the last held verdicts inconclusive when the final control probe fails', async () => {
    const { seen } = await passThrough({
      target: [true, false],
      results: ['active', 'inactive'],
    });
    expect(seen).toEqual(['0 active', '1 inconclusive']);
  });
});
