import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../../src/cost/estimate-cost.ts';
import { USUAL } from '../../../src/cost/scenarios.ts';
import { runHere } from '../support/run-here.ts';

const PLAN = { ...USUAL, proxies: 10_000, everySeconds: 300, changes: 0.001 };

describe('lighthouse cost', () => {
  it('prints what a fleet costs in at most 80 columns', async () => {
    const { exitCode, stdout, stderr } = await runHere(['cost', '--proxies', '10000']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^10,000 proxies every 5 minutes: 86.4 million checks a month\n/);
    const { usdPerMonth, usdPerMillionChecks } = estimateCost(PLAN);
    const total = /^total +([\d.,]+) +([\d.]+)$/m.exec(stdout);
    expect(Number(total?.[1]?.replace(',', ''))).toBeCloseTo(usdPerMonth.total, 2);
    expect(Number(total?.[2])).toBeCloseTo(usdPerMillionChecks.total, 4);
    expect(stdout).toMatch(/^with an item for every check +[\d.,]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^The VM costs less from [\d.]+ million checks a month on/m);
  });

  it('passes every flag on', async () => {
    const flags = '--proxies 3000 --every 2h --alive 0.5 --latency 300 --timeout-ms 4000';
    const more = '--attempts 2 --https --hosts 3 --max-in-flight-per-host 64 --changes 0.2 --json';
    const { exitCode, stdout } = await runHere(['cost', ...`${flags} ${more}`.split(' ')]);
    expect(exitCode).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer.plan).toEqual({
      ...{ proxies: 3000, everySeconds: 7200, alive: 0.5, latencyMs: 300, timeoutMs: 4000 },
      ...{ attempts: 2, https: true, hosts: 3, maxInFlightPerHost: 64, changes: 0.2 },
    });
    expect(answer).toEqual(JSON.parse(JSON.stringify({ ...answer, ...estimateCost(answer.plan) })));
    expect(answer.alternatives.alwaysOnVm.breakEvenChecksPerMonth).toBeGreaterThan(1_000_000);
  });

  it.each([
    { args: '', says: "required option '--proxies <n>' not specified" },
    { args: '--proxies none', says: 'Give a whole number from 1 to 10000000.' },
    { args: '--proxies 0', says: 'Give a whole number from 1 to 10000000.' },
    { args: '--proxies 10 --every 90s', says: 'Give a time from 1m to 1d in whole minutes' },
    { args: '--proxies 10 --every 2d', says: 'Give a time from 1m to 1d in whole minutes' },
    { args: '--proxies 10 --alive 90', says: 'Give a number from 0 to 1' },
    { args: '--proxies 10 --attempts 6', says: 'Give a whole number from 1 to 5.' },
    { args: '--proxies 10 --latency 6000', says: 'give at most that' },
    {
      args: '--proxies 10 --timeout-ms 20',
      says: '--timeout-ms: must be a whole number from 100 to 30000',
    },
    {
      args: '--proxies 9000 --timeout-ms 30000',
      says: /--timeout-ms is 30000, which does not fit a checker's 60 s .*; give at most \d+/,
    },
    { args: '--proxies 10 --spot', says: "unknown option '--spot'" },
  ])('refuses wrong flags and says what would be right: $args', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await runHere([
      'cost',
      ...args.split(' ').filter(Boolean),
    ]);
    expect([exitCode, stdout]).toEqual([2, '']);
    if (typeof says === 'string') expect(stderr).toContain(says);
    else expect(stderr).toMatch(says);
  });
});
