import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { parseFanOutEvent } from '../../functions/fan-out/fan-out-event.ts';
import { IncompatibleError } from '../../src/errors.ts';
import { FORMAT } from '../../src/model/format.ts';
import { putPool } from '../../src/pools/put-pool.ts';
import { startSweep } from '../../src/sweeps/start/start-sweep.ts';
import { type RawItem, readFixture } from '../fixtures/fixture.ts';
import { startApi } from '../functions/support/api.ts';
import { makeProxies } from '../support/factories.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { mapItems, openChecker, openFixture } from './support/fixture-world.ts';

const database = useDynamoDb();
const plain = readFixture('format-1');
const { runningSweepId, pools } = plain.seen;
const newer = (item: RawItem): RawItem => ({ ...item, v: { N: String(FORMAT + 1) } });
const withAttempts = (attempts: AttributeValue) => (item: RawItem) => {
  const options = { M: { ...(item.options?.M ?? item.policy?.M?.options?.M), attempts } };
  if (item.policy) return { ...item, policy: { M: { ...item.policy.M, options } } };
  return item.options ? { ...item, options } : item;
};

describe('a message or request of a newer format', () => {
  const later = (json: string) => JSON.stringify({ ...JSON.parse(json), format: FORMAT + 1 });

  it('fails, is not hidden for less than the visibility timeout, and changes nothing', async () => {
    const { world, before, statuses } = await openFixture(database, plain);
    const { invoke, hidden, telemetry } = openChecker(world);
    const [first = '', second = ''] = plain.sent.messages;
    expect(await invoke(['nonsense', later(first), second])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-1' }],
    });
    expect(hidden).toEqual(['receipt-0']);
    expect(telemetry.metrics.recorded).toMatchObject({ UnreadableRecords: 2, BatchesChecked: 1 });
    expect(telemetry.logger.lines.join('')).toContain('the record is of a newer version');
    expect((await world.current(runningSweepId)).state).toBe('running');
    expect(await statuses()).toEqual(before);
  });

  it('of the fan-out is refused, in whatever form it comes', () => {
    const [request = ''] = plain.sent.requests;
    for (const event of [
      later(request),
      later('{"scheduledAt":"2026-01-15T12:10:00Z"}'),
      later('{}'),
    ])
      expect(() => parseFanOutEvent(JSON.parse(event))).toThrow(
        /has format 2, and this version knows formats up to 1; deploy/,
      );
  });
});

describe.each<[string, (item: RawItem) => RawItem]>([
  ['a row of a newer format', (item) => (item.proxyId ? newer(item) : item)],
  ['the policy of a newer format', (item) => (item.policy ? newer(item) : item)],
  ['the summary of a newer format', (item) => (item.bitCount ? newer(item) : item)],
  ['options out of the range of today', withAttempts({ N: '9' })],
  ['options of another type', withAttempts({ S: 'as many as it takes' })],
])('%s', (_what, change) => {
  it('fails the batch before anything is probed, so that no status changes', async () => {
    const { world, before, statuses } = await openFixture(database, mapItems(plain, change));
    const { invoke, hidden, telemetry } = openChecker(world);
    const failed = plain.sent.messages.map((_, index) => ({ itemIdentifier: `message-${index}` }));
    expect(await invoke(plain.sent.messages)).toEqual({ batchItemFailures: failed });
    expect(hidden).toEqual([]);
    expect(world.checker.probed).toEqual([]);
    expect(telemetry.logger.lines.join('')).toMatch(/deploy the version|stored by another version/);
    expect(await statuses()).toEqual(before);
    expect((await world.current(runningSweepId)).state).toBe('running');
  });
});

describe.each<[string, (item: RawItem) => RawItem, string]>([
  ['a pool of a newer format', (item) => (item.salt ? newer(item) : item), ''],
  ['a pool with options out of range', withAttempts({ N: '9' }), '/options/attempts'],
  [
    'a pool with a rule of another type',
    (item) => (item.salt ? { ...item, fall: { S: 'never' } } : item),
    '/fall',
  ],
  [
    'a pool whose options are no map',
    (item) => (item.salt ? { ...item, options: { S: 'packed' } } : item),
    '/options',
  ],
])('%s', (_what, change, pointer) => {
  const open = () => openFixture(database, mapItems(plain, change));

  it('is listed, shown with what is wrong, and leased from', async () => {
    const { world, manager } = await open();
    const api = startApi({ openStorage: () => world.storage });
    const list = await api.get('/pools');
    expect(list.json.pools.map(({ pool }: { pool: string }) => pool)).toEqual(pools);
    const { json } = await api.get('/pools/idle');
    expect(json.unusable).toEqual([{ pointer, detail: expect.any(String) }]);
    const wish = { poolName: 'fleet', consumerName: 'shop' };
    expect(await manager.acquireProxy(wish)).not.toBeNull();
  });

  it('is refused a sweep with the reason', async () => {
    const { world } = await open();
    const start = startSweep(world, { poolName: 'idle', trigger: 'manual' });
    await expect(start).rejects.toBeInstanceOf(IncompatibleError);
    await expect(start).rejects.toMatchObject({ issues: [{ pointer }] });
    const api = startApi({ openStorage: () => world.storage });
    const reply = await api.post('/sweeps', JSON.stringify({ pool: 'idle' }));
    expect(reply).toMatchObject({ status: 409, json: { errors: [{ pointer }] } });
    expect(reply.json.type).toBe('urn:lighthouse:problem:incompatible');
    expect((await world.storage.pools.get('idle'))?.runningSweepId).toBeUndefined();
  });

  it('is left by a tick that sweeps the others', async () => {
    const { world, before, statuses } = await open();
    await putPool(world, 'sound', { intervalSeconds: 60 });
    await world.storage.proxies.insert('sound', makeProxies(1));
    world.clock.advance(3_600_000);
    await world.tick();
    world.clock.advance(60_000);
    const entries = new Map((await world.tick()).map((entry) => [entry.poolName, entry]));
    expect(entries.get('fleet')).toMatchObject({ error: { code: 'incompatible' } });
    expect(entries.get('sound')).not.toHaveProperty('error');
    expect(await statuses()).toEqual(before);
  });
});

it('a pool whose policy is set again is swept', async () => {
  const { world, before, statuses } = await openFixture(
    database,
    mapItems(plain, withAttempts({ N: '9' })),
  );
  world.clock.advance(3_600_000);
  await world.tick();
  await putPool(world, 'fleet', { intervalSeconds: 60, options: { attempts: 2 } });
  expect(await world.storage.pools.get('fleet')).not.toHaveProperty('unusable');
  world.clock.advance(60_000);
  await world.tick();
  await world.deliver();
  expect(world.checker.options?.attempts).toBe(2);
  expect(world.events.at(-1)?.detail).toMatchObject({ pool: 'fleet', state: 'complete' });
  expect(await statuses()).toEqual(before);
});
