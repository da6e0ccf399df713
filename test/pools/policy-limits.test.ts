import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { InputIssue } from '../../src/errors.ts';
import { readPolicy, withPolicyVersion } from '../../src/pools/policy-versions.ts';
import { parsePoolPolicy } from '../../src/pools/pool-policy.ts';
import { createPool, putPool } from '../../src/pools/put-pool.ts';
import { requirePolicy } from '../../src/sweeps/require-sweep.ts';
import { startSweep } from '../../src/sweeps/start/start-sweep.ts';
import { makeOptions, makePolicy, makePool, makeProxies } from '../support/factories.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

const CERTIFICATE = `${rootCertificates[0]}\n`;

/** A CA bundle of about so many bytes. */
const bundleOf = (bytes: number) => CERTIFICATE.repeat(Math.floor(bytes / CERTIFICATE.length));

/** Header fields that take so many bytes. */
function fieldsOf(bytes: number): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let left = bytes, n = 0; left > 0; left -= 4000, n++) {
    fields[`x-${n}`] = 'v'.repeat(Math.min(left, 4000));
  }
  return fields;
}

function issuesOf(options: object): readonly InputIssue[] {
  try {
    parsePoolPolicy({ options });
    return [];
  } catch (error) {
    return (error as { issues: readonly InputIssue[] }).issues;
  }
}

describe('the size of a policy', () => {
  it.each([
    ['headers', { headers: fieldsOf(40_000) }],
    ['proxyHeaders', { proxyHeaders: fieldsOf(33_000), headers: fieldsOf(1000) }],
    ['headers', { headers: fieldsOf(20_000), proxyHeaders: fieldsOf(15_000) }],
  ])('over 32 KB is refused with a pointer to %s, the largest option', (field, options) => {
    expect(issuesOf(options)).toEqual([
      {
        pointer: `/options/${field}`,
        detail: expect.stringMatching(/policy may have at most 32768$/),
      },
    ]);
  });

  it('counts the CA bundle apart: up to 256 KB are taken, more are refused with a pointer', () => {
    expect(issuesOf({ ca: bundleOf(256 * 1024), headers: fieldsOf(30_000) })).toEqual([]);
    const tooLarge = bundleOf(256 * 1024) + CERTIFICATE;
    expect(issuesOf({ ca: tooLarge })).toEqual([
      { pointer: '/options/ca', detail: expect.stringContaining(`has ${tooLarge.length} bytes`) },
    ]);
  });

  it('counts bytes, not characters, and tells no value', () => {
    const issues = issuesOf({ headers: fieldsOf(40_000), bodyIncludes: 'ä'.repeat(1024) });
    expect(issues).toHaveLength(1);
    expect(issuesOf({ headers: fieldsOf(31_500), bodyIncludes: 'ä'.repeat(1000) })).toHaveLength(1);
    expect(issuesOf({ headers: fieldsOf(30_000), bodyIncludes: 'ä'.repeat(500) })).toEqual([]);
    expect(JSON.stringify(issues)).not.toContain('vvv');
  });
});

describe('versions of policies', () => {
  const database = useDynamoDb();
  const create = async () => new SweepWorld(await database.openStorage());

  it('keep a CA bundle apart from the pool and from the summaries of its sweeps', async () => {
    const world = await create();
    const ca = bundleOf(200_000);
    const { pool } = await putPool(world, 'fleet', { options: { ca } });
    const stored = (await world.storage.pools.get('fleet')) ?? expect.unreachable();
    expect(stored.options).not.toHaveProperty('ca');
    expect((await readPolicy(world.storage, stored)).options.ca).toBe(ca);
    await world.storage.proxies.insert('fleet', makeProxies(3));
    const sweep = await world.sweep();
    expect(sweep).toMatchObject({ state: 'complete', policyVersion: pool.policyVersion });
    expect(JSON.stringify(sweep).length).toBeLessThan(2000);
    expect((await requirePolicy(world.storage, sweep)).options.ca).toBe(ca);
    expect(world.checker.options?.ca).toBe(ca);
  });

  it('a sweep runs with the policy it began with, whatever is set meanwhile', async () => {
    const world = await create();
    await putPool(world, 'fleet', { options: { timeoutMs: 700 } });
    await world.storage.proxies.insert('fleet', makeProxies(3));
    const sweep = await world.start();
    await putPool(world, 'fleet', { options: { timeoutMs: 900 } });
    expect((await requirePolicy(world.storage, sweep)).options.timeoutMs).toBe(700);
    world.clock.advance(30 * 86_400_000);
    expect((await requirePolicy(world.storage, sweep)).options.timeoutMs).toBe(700);
  });

  it('a policy that is set again is no new version; one that is replaced expires', async () => {
    const world = new SweepWorld();
    const first = await putPool(world, 'fleet', { rise: 2 });
    const puts = world.storage.record('policies.put');
    expect(await putPool(world, 'fleet', { rise: 2 })).toEqual({ ...first, created: false });
    expect(puts).toEqual([]);
    const second = await putPool(world, 'fleet', { rise: 3 });
    world.clock.advance(32 * 86_400_000);
    const versionOf = ({ pool }: typeof first) => pool.policyVersion ?? '';
    expect(await world.storage.policies.get(versionOf(first))).toBeNull();
    expect(await world.storage.policies.get(versionOf(second))).not.toBeNull();
  });

  it('of many set at once, one stays, and the others expire', async () => {
    const world = new SweepWorld();
    await putPool(world, 'fleet', {});
    const versions: string[] = [];
    world.storage.tap('policies.put', (put, version) => {
      versions.push(version.policyVersion);
      return put(version);
    });
    const rises = [2, 3, 4, 5];
    await Promise.all(rises.map((rise) => putPool(world, 'fleet', { rise })));
    world.clock.advance(32 * 86_400_000);
    const current = (await world.storage.pools.get('fleet'))?.policyVersion;
    const kept = await Promise.all(
      versions.map(async (version) => ((await world.storage.policies.get(version)) ? version : [])),
    );
    expect(kept.flat()).toEqual([current]);
  });

  it('expire with the pool of an inline list', async () => {
    const world = new SweepWorld();
    const expiresAtEpochSeconds = world.clock.now() / 1000 + 60;
    const pool = await createPool(world, 'inline-1', {}, { expiresAtEpochSeconds });
    const changed = await putPool(world, 'inline-1', { rise: 2 });
    world.clock.advance(60_000);
    expect(await world.storage.policies.get(changed.pool.policyVersion ?? '')).toBeNull();
    expect(changed.pool.policyVersion).not.toBe(pool.policyVersion);
  });

  it('a pool that an earlier version stored gets one, without its CA bundle, when it is swept', async () => {
    const world = await create();
    await world.storage.pools.create(makePool({ options: makeOptions({ ca: CERTIFICATE }) }));
    await world.storage.proxies.insert('fleet', makeProxies(3));
    const sweep = await world.sweep();
    const pool = (await world.storage.pools.get('fleet')) ?? expect.unreachable();
    expect(sweep.policyVersion).toBe(pool.policyVersion);
    expect(pool.options).toEqual(makeOptions());
    expect((await readPolicy(world.storage, pool)).options).toEqual(
      makeOptions({ ca: CERTIFICATE }),
    );
  });

  it('such a pool gets only one of those that are made for it at once, and the others expire', async () => {
    const world = new SweepWorld();
    const old = makePool({ options: makeOptions({ ca: CERTIFICATE }) });
    await world.storage.pools.create(old);
    const versions: string[] = [];
    world.storage.tap('policies.put', (put, version) => {
      versions.push(version.policyVersion);
      return put(version);
    });
    const pools = await Promise.all([1, 2, 3].map(() => withPolicyVersion(world, old)));
    world.clock.advance(32 * 86_400_000);
    const kept = await Promise.all(
      versions.map(async (version) => ((await world.storage.policies.get(version)) ? version : [])),
    );
    expect(versions).toHaveLength(3);
    expect(pools.map(({ policyVersion }) => [policyVersion])).toEqual(
      [1, 2, 3].map(() => kept.flat()),
    );
  });

  it('a policy that an earlier version stored and that is too large starts no sweep', async () => {
    const world = await create();
    const options = makeOptions({ headers: fieldsOf(250_000) });
    await world.storage.pools.create(makePool({ options, intervalSeconds: 60 }));
    await world.storage.proxies.insert('fleet', makeProxies(3));
    const issues = [{ pointer: '/options/headers' }];
    await expect(world.start()).rejects.toMatchObject({ code: 'invalid_input', issues });
    expect(await world.tick()).toMatchObject([{ action: 'idle', error: { issues } }]);
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('runningSweepId');
    await putPool(world, 'fleet', {});
    expect((await world.sweep()).state).toBe('complete');
  });

  it('a sweep that an earlier version stored with a copy of its policy is checked and closed', async () => {
    const world = await create();
    await world.fill(3, { options: makeOptions({ timeoutMs: 999 }) });
    const sweep = await startSweep(world, { poolName: 'fleet', trigger: 'manual' });
    const policy = makePolicy({ options: makeOptions({ timeoutMs: 400 }) });
    world.storage.tap('sweeps.get', async (get, id) => {
      const stored = await get(id);
      if (!stored) return null;
      const { policyVersion: _new, ...old } = stored;
      return { ...old, policy };
    });
    await world.startFanOut(sweep.sweepId);
    await world.deliver();
    expect((await world.current(sweep.sweepId)).state).toBe('complete');
    expect(world.checker.options?.timeoutMs).toBe(400);
  });
});
