import { describe, expect, it } from 'vitest';
import { ConflictError, InvalidInputError } from '../../src/errors.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../src/model/sweep-limits.ts';
import { parsePoolPolicy } from '../../src/pools/pool-policy.ts';
import { createPool, putPool } from '../../src/pools/put-pool.ts';
import { MemoryStorage } from '../../src/storage/memory-storage.ts';
import { FakeClock, TEST_TIME } from '../support/fakes/fake-clock.ts';

function makeDependencies() {
  const clock = new FakeClock();
  return { clock, storage: new MemoryStorage({ clock }) };
}

function issuesOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.issues;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parsePoolPolicy', () => {
  it('fills in the defaults', () => {
    const policy = parsePoolPolicy();
    expect(policy).toMatchObject({
      riseFall: { rise: 1, fall: 1 },
      intervalSeconds: null,
      control: true,
      backOff: null,
    });
    expect(policy.options).toMatchObject({ timeoutMs: 5000, attempts: 1 });
    expect(parsePoolPolicy({})).toEqual(policy);
  });

  it('keeps the given values', () => {
    const input = {
      options: { targetUrl: 'https://shop.example/', timeoutMs: 3000 },
      rise: 2,
      fall: 3,
      intervalSeconds: 300,
      control: false,
    };
    expect(parsePoolPolicy(input)).toMatchObject({
      options: input.options,
      riseFall: { rise: 2, fall: 3 },
      intervalSeconds: 300,
      control: false,
    });
  });

  it.each([
    [{ rise: 0 }, '/rise'],
    [{ fall: 11 }, '/fall'],
    [{ rise: 1.5 }, '/rise'],
    [{ rise: '1' }, '/rise'],
    [{ intervalSeconds: 30 }, '/intervalSeconds'],
    [{ intervalSeconds: 90 }, '/intervalSeconds'],
    [{ intervalSeconds: 86_460 }, '/intervalSeconds'],
    [{ maxInFlightPerHost: 0 }, '/maxInFlightPerHost'],
    [{ maxInFlightPerHost: 257 }, '/maxInFlightPerHost'],
    [{ maxInFlightPerHost: 1.5 }, '/maxInFlightPerHost'],
    [{ maxInFlightPerHost: '8' }, '/maxInFlightPerHost'],
    [{ control: 'yes' }, '/control'],
    [{ alarmBelowAvailability: 1.01 }, '/alarmBelowAvailability'],
    [{ alarmBelowAvailability: -0.1 }, '/alarmBelowAvailability'],
    [{ alarmBelowAvailability: '0.9' }, '/alarmBelowAvailability'],
    [{ options: { timeoutMs: 1 } }, '/options/timeoutMs'],
    [{ options: { attempts: 9 } }, '/options/attempts'],
    [{ options: { nonsense: 1 } }, '/options/nonsense'],
    [{ options: [] }, '/options'],
  ])('refuses %j at %s', (input, pointer) => {
    expect(issuesOf(() => parsePoolPolicy(input)).map((issue) => issue.pointer)).toContain(pointer);
  });

  it.each([[null], [[]], ['text'], [{ salt: 'x' }], [{ poolName: 'x' }]])('refuses %j', (input) => {
    expect(() => parsePoolPolicy(input)).toThrow(InvalidInputError);
  });

  it('lets a pool have as many probes on a host as a checker has in flight, and no more', () => {
    const limits = { ...DEFAULT_SWEEP_LIMITS, maxInFlight: 400 };
    const at = (maxInFlightPerHost: number | null) => ({ maxInFlightPerHost });
    for (const most of [null, 1, 400]) {
      expect(parsePoolPolicy(at(most), limits).maxInFlightPerHost).toBe(most);
    }
    expect(parsePoolPolicy({}, limits).maxInFlightPerHost).toBeNull();
    expect(issuesOf(() => parsePoolPolicy(at(401), limits))).toEqual([
      { pointer: '/maxInFlightPerHost', detail: 'must be a whole number from 1 to 400' },
    ]);
  });

  it('names the largest timeout that fits the time of a checker', () => {
    const limits = { ...DEFAULT_SWEEP_LIMITS, checkerTimeoutMs: 30_000 };
    for (const policy of [{}, { control: false }]) {
      for (const attempts of [1, 2, 3]) {
        const at = (timeoutMs: number) => ({ ...policy, options: { attempts, timeoutMs } });
        const [issue] = issuesOf(() => parsePoolPolicy(at(29_000), limits));
        expect(issue?.pointer).toBe('/options/timeoutMs');
        const largest = Number(
          /largest timeoutMs that fits is (\d+)$/.exec(issue?.detail ?? '')?.[1],
        );
        expect(parsePoolPolicy(at(largest), limits).options.timeoutMs).toBe(largest);
        expect(() => parsePoolPolicy(at(largest + 1), limits)).toThrow(`is ${largest}`);
      }
    }
  });
});

describe('createPool', () => {
  it('creates a pool with its own salt', async () => {
    const dependencies = makeDependencies();
    const options = { expiresAtEpochSeconds: TEST_TIME / 1000 + 86_400 };
    const pool = await createPool(dependencies, 'fleet', {}, options);
    expect(pool).toMatchObject({ poolName: 'fleet', batchBitCounts: [], ...options });
    expect(await dependencies.storage.pools.get('fleet')).toEqual(pool);
    const other = await createPool(dependencies, 'other', {});
    expect(other.salt).not.toBe(pool.salt);
  });

  it('refuses a name that is taken', async () => {
    const dependencies = makeDependencies();
    await createPool(dependencies, 'fleet', {});
    await expect(createPool(dependencies, 'fleet', {})).rejects.toThrow(ConflictError);
  });

  it.each(['', 'A', '-x', 'a b', 'a#b', 'x'.repeat(65), '__proto__'])(
    'refuses the name %j and stores nothing',
    async (poolName) => {
      const dependencies = makeDependencies();
      await expect(createPool(dependencies, poolName, {})).rejects.toThrow(InvalidInputError);
      for await (const pool of dependencies.storage.pools.listByName())
        expect.unreachable(pool.poolName);
    },
  );
});

describe('putPool', () => {
  it('creates the pool, then changes only its policy', async () => {
    const dependencies = makeDependencies();
    const first = await putPool(dependencies, 'fleet', { rise: 2 });
    expect(first.created).toBe(true);
    const second = await putPool(dependencies, 'fleet', { fall: 3 });
    expect(second.created).toBe(false);
    const { policyVersion } = second.pool;
    expect(policyVersion).not.toBe(first.pool.policyVersion);
    const riseFall = { rise: 1, fall: 3 };
    expect(second.pool).toEqual({ ...first.pool, riseFall, policyVersion });
  });

  it('changes nothing when it refuses the policy', async () => {
    const dependencies = makeDependencies();
    const { pool } = await putPool(dependencies, 'fleet', {});
    await expect(putPool(dependencies, 'fleet', { rise: 99 })).rejects.toThrow(InvalidInputError);
    expect(await dependencies.storage.pools.get('fleet')).toEqual(pool);
  });
});
