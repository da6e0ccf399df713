import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SWEEP_LIMITS } from '../../../src/model/sweep-limits.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';
import { BatchWork, ProbeBacklog } from '../../../src/sweeps/check/probe-backlog.ts';
import { TimeBudget } from '../../../src/sweeps/check/time-budget.ts';
import { makeEndpoint, makeOptions, makePolicy, TEST_SALT } from '../../support/factories.ts';

/** Kept for reads and writes by the default limits, milliseconds. */
const OVERHEAD_MS = 5_000;
/** A control probe's two attempts of a second with the longest pause between them, milliseconds. */
const CONTROL_MS = 2_100;

interface Batch {
  readonly rows?: number;
  /** Whether all rows are on one host. */
  readonly gateway?: boolean;
  readonly attempts?: number;
  readonly control?: boolean;
  readonly targetAsked?: boolean;
  /** What the pool allows on one host. */
  readonly perHost?: number;
}

let batches = 0;

function batchOf({
  rows = 200,
  gateway,
  attempts = 1,
  control = false,
  targetAsked = true,
  perHost,
}: Batch = {}) {
  batches += 1;
  const first = batches * 10_000;
  const proxies = Array.from({ length: rows }, (_, index) => {
    const host = makeEndpoint(gateway ? 1 : first + index).host;
    return createProxy(makeEndpoint(0, { host, port: 1024 + index }), TEST_SALT);
  });
  const maxInFlightPerHost = perHost ?? null;
  const policy = makePolicy({ control, options: makeOptions({ attempts }), maxInFlightPerHost });
  const rowsOfProxies = proxies.map((proxy) => ({ proxy }));
  const context = { targetAsked, limits: DEFAULT_SWEEP_LIMITS };
  const work = new BatchWork({ policy, rows: rowsOfProxies }, context);
  return { work, ids: proxies.map(({ id }) => id) };
}

function budgetOf(remainingMs: () => number) {
  const backlog = new ProbeBacklog();
  return { backlog, budget: new TimeBudget(DEFAULT_SWEEP_LIMITS, remainingMs, backlog) };
}

describe('the time that a batch needs by itself', () => {
  it.each<[string, Batch, number]>([
    ['many hosts, one wave', {}, 1_000],
    ['one host, 100 at once as the pool allows', { gateway: true, perHost: 100 }, 2_000],
    ['many hosts, two waves', { rows: 257 }, 2_000],
    ['one host, 32 at once', { gateway: true }, 7_000],
    ['two attempts, and a pause of at most 100 ms', { attempts: 2 }, 2_100],
    ['one host, two attempts', { gateway: true, attempts: 2 }, 7 * 2_100],
    ['a control probe afterwards', { control: true }, 1_000 + CONTROL_MS],
    ['one before too', { control: true, targetAsked: false }, 1_000 + 2 * CONTROL_MS],
    ['no proxies', { rows: 0 }, 0],
  ])('%s', (_what, batch, probingMs) => {
    const { budget } = budgetOf(() => 0);
    expect(budget.neededMs(batchOf(batch).work)).toBe(probingMs + OVERHEAD_MS);
  });
});

describe('whether a batch fits beside those under way', () => {
  /** The least remaining time with which the last of these batches fits. */
  function leastMs(...all: readonly Batch[]): number {
    let remainingMs = 0;
    const { backlog, budget } = budgetOf(() => remainingMs);
    const works = all.map((each) => batchOf(each).work);
    for (const work of works.slice(0, -1)) backlog.begin(work);
    const last = works.at(-1);
    while (last && !budget.fits(last)) remainingMs += 100;
    return remainingMs - OVERHEAD_MS;
  }

  it.each<[string, readonly Batch[], number]>([
    ['eight batches share the window', Array<Batch>(8).fill({}), 7_000],
    ['batches of one gateway add up', [{ gateway: true }, { gateway: true }], 13_000],
    [
      'a gateway of two pools keeps to the lower number',
      [
        { gateway: true, perHost: 100 },
        { gateway: true, rows: 20, perHost: 20 },
      ],
      11_000,
    ],
    ['a gateway overlaps with other hosts', [{ gateway: true }, {}, {}], 7_000],
    [
      'control probes overlap',
      [{ control: true, targetAsked: false }, { control: true }],
      2_000 + 2 * CONTROL_MS,
    ],
    ['places come free one by one', [{ attempts: 3 }, {}], 4_000],
  ])('%s', (_what, all, probingMs) => {
    expect(leastMs(...all)).toBe(probingMs);
  });

  it('counts neither probes that have ended nor a control probe that was made', () => {
    const { backlog, budget } = budgetOf(() => OVERHEAD_MS + 1_000 + CONTROL_MS);
    const first = batchOf({ control: true, targetAsked: false });
    const second = batchOf({ control: true });
    backlog.begin(first.work);
    expect(budget.fits(second.work)).toBe(false);
    first.work.controlBeforeMs = 0;
    expect(budget.fits(second.work)).toBe(false);
    for (const id of first.ids.slice(0, 144)) backlog.finish(first.work, id);
    expect(budget.fits(second.work)).toBe(true);
  });
});

describe('waiting until a batch fits', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A gateway's batch under way and another one, which needs 12 s by itself. */
  function waitFor(remainingAtStartMs: number) {
    const { backlog, budget } = budgetOf(() => remainingAtStartMs - Date.now());
    const first = batchOf({ gateway: true });
    const second = batchOf({ gateway: true });
    backlog.begin(first.work);
    const fits = budget.waitUntilFits(second.work);
    let settled: boolean | undefined;
    fits.then((outcome) => {
      settled = outcome;
    });
    const settledAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      return settled;
    };
    return { backlog, first, settledAfter };
  }

  it('ends when enough probes under way have ended', async () => {
    // 13 waves and 5 s are needed; 16 s are left.
    const { backlog, first, settledAfter } = waitFor(16_000);
    expect(await settledAfter(0)).toBeUndefined();
    for (const id of first.ids.slice(0, 32)) backlog.finish(first.work, id);
    expect(await settledAfter(100)).toBeUndefined();
    for (const id of first.ids.slice(32, 80)) backlog.finish(first.work, id);
    expect(await settledAfter(0)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when it would not fit even by itself any more', async () => {
    const { settledAfter } = waitFor(16_000);
    expect(await settledAfter(3_999)).toBeUndefined();
    expect(await settledAfter(2)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin when the batch would not fit by itself', async () => {
    const { settledAfter } = waitFor(11_999);
    expect(await settledAfter(0)).toBe(false);
  });

  it('ends when the work under way does, whatever became of it', async () => {
    const { backlog, first, settledAfter } = waitFor(12_500);
    expect(await settledAfter(100)).toBeUndefined();
    backlog.end(first.work);
    expect(await settledAfter(0)).toBe(true);
  });
});
