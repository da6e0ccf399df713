import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { parseFanOutEvent } from '../../functions/fan-out/fan-out-event.ts';
import type { TableName } from '../../src/storage/dynamodb-tables.ts';
import { parseBatchMessage } from '../../src/sweeps/check/batch-message.ts';
import { type RawItem, readFixture, see } from '../fixtures/fixture.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { mapItems, openChecker, openFixture } from './support/fixture-world.ts';

const NEW: AttributeValue = { M: { since: { S: 'a later version' } } };

/** An item with something that this version does not know in it, and in every map inside it. */
function extend(item: RawItem, isMapOfNames = false): RawItem {
  const extended = Object.entries(item).map(([name, value]): [string, AttributeValue] =>
    value.M ? [name, { M: extend(value.M, MAPS_OF_NAMES.has(name)) }] : [name, value],
  );
  return Object.fromEntries(isMapOfNames ? extended : [...extended, ['later', NEW]]);
}

/** Maps whose keys are not attributes but ids, tokens, hosts, header fields, labels and codes. */
const MAPS_OF_NAMES = new Set([
  ...['results', 'leases', 'blocks', 'headers', 'proxyHeaders', 'labels', 'failures', 'timings'],
  'uses',
]);

const plain = readFixture('format-1');
const fixture = mapItems(plain, (item) => extend(item));
const more = (json: string) => JSON.stringify({ ...JSON.parse(json), later: { since: 'then' } });

describe('what a later version has added', () => {
  const database = useDynamoDb();
  const open = () => openFixture(database, fixture);

  it('is not seen, and everything else is', async () => {
    const { world } = await open();
    const { pools, rows, reports, results } = fixture.seen;
    const now = await see(world.storage, fixture.seen.sweepIds);
    expect(now).toMatchObject({ pools, rows, reports, results });
    expect(now).toEqual({ pools, rows, reports: now.reports, results });
    expect(JSON.stringify(now.reports)).not.toContain('later');
    const { options } = (await world.storage.pools.get('fleet')) ?? expect.unreachable();
    expect(Object.keys(options)).not.toContain('later');
  });

  it('breaks no batch, no tick, no lease, and is still in the items afterwards', async () => {
    const { world, manager, before, statuses, scan } = await open();
    const { invoke } = openChecker(world);
    expect(await invoke(fixture.sent.messages.map(more))).toEqual({ batchItemFailures: [] });
    world.clock.advance(120_000);
    const actions = (await world.tick()).map(({ action }) => action);
    expect(actions.toSorted()).toEqual(['deleting', 'started']);
    await world.deliver();
    const { leaseId } = fixture.seen;
    await manager.renewLease({ poolName: 'fleet', leaseId }, { leaseSeconds: 86_400 });
    const held = (await scan('proxies')).flatMap(({ leases }) => Object.values(leases?.M ?? {}));
    expect(held).toMatchObject([{ M: { later: NEW } }]);
    expect(await manager.releaseProxy({ poolName: 'fleet', leaseId }, 'failed')).toBe(true);
    expect(await statuses()).toEqual(before);
    const gone: string[] = [];
    for (const table of ['pools', 'proxies', 'results', 'sweeps'] as const) {
      const kept = new Map((await scan(table)).map((item) => [keyOf(item, table), item]));
      for (const key of fixture.items[table].map((item) => keyOf(item, table))) {
        const item = kept.get(key);
        if (item) expect(item, key).toMatchObject({ later: NEW, v: { N: '1' } });
        else gone.push(key);
      }
    }
    // A tick has nothing to do with that pool.
    expect(gone).toEqual([JSON.stringify([{ S: 'pools-tended' }, { S: 'idle' }])]);
  });

  it('keeps the format of items that a later version made, when they are updated', async () => {
    const made = mapItems(plain, (item) =>
      /^(?:ledger|complete)#/.test(item.part?.S ?? '') || item.enteredAtMs
        ? { ...item, v: { N: '7' } }
        : item,
    );
    const { world, scan } = await openFixture(database, made);
    await openChecker(world).invoke(plain.sent.messages);
    expect((await world.current(plain.seen.runningSweepId)).state).toBe('complete');
    world.clock.advance(60_000);
    await world.tick();
    const sweeps = new Map((await scan('sweeps')).map((item) => [keyOf(item, 'sweeps'), item]));
    const later = made.items.sweeps.filter(({ v }) => v?.N === '7');
    const formats = later.map((item) => sweeps.get(keyOf(item, 'sweeps'))?.v?.N ?? 'gone');
    expect(formats.filter((each) => each !== '7')).toEqual(['gone']);
  });

  it('is left out of messages, requests and ticks', () => {
    const { messages, requests } = fixture.sent;
    for (const body of messages) {
      expect(parseBatchMessage(more(body))).toEqual(parseBatchMessage(body));
    }
    for (const event of [...requests, '{"scheduledAt":"2026-01-15T12:10:00Z"}']) {
      expect(parseFanOutEvent(JSON.parse(more(event)))).toEqual(
        parseFanOutEvent(JSON.parse(event)),
      );
    }
  });
});

function keyOf({ poolName, proxyId, batchKey, sweepId, part }: RawItem, table: TableName): string {
  const keys = { pools: [poolName], proxies: [poolName, proxyId], results: [batchKey, sweepId] };
  return JSON.stringify(table === 'sweeps' ? [sweepId, part] : keys[table]);
}
