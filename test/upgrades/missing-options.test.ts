import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { parseHealthCheckOptions } from '../../src/health/schema/parse-options.ts';
import { DEFAULT_LEASING } from '../../src/model/leasing-settings.ts';
import { parseBatchMessage } from '../../src/sweeps/check/batch-message.ts';
import { type RawItem, readFixture } from '../fixtures/fixture.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { mapItems, openFixture } from './support/fixture-world.ts';

const target = { targetUrl: { S: 'http://target.test/health' } };
const OPTIONS: AttributeValue = { M: target };
const QUARANTINE: AttributeValue = { M: { quarantineSeconds: { N: '400' } } };

/** Options as a version knew them that had but one, and one setting of leases. */
function toFirst(item: RawItem): RawItem {
  const { options, rise: _rise, fall: _fall, control: _control, policy, ...rest } = item;
  if (policy) return { ...rest, policy: { M: { options: OPTIONS, leasing: QUARANTINE } } };
  return options ? { ...rest, options: OPTIONS, leasing: QUARANTINE } : item;
}

/** The same before policies had versions: a summary had a copy. */
function toCopies(item: RawItem): RawItem {
  const { policyVersion, ...rest } = toFirst(item);
  if (!policyVersion) return rest;
  return rest.bitCount ? { ...rest, policy: { M: { options: OPTIONS } } } : rest;
}

describe.each([
  ['policies', toFirst],
  ['pools and copies in summaries', toCopies],
])('%s that were stored before most options existed', (_kind, change) => {
  const database = useDynamoDb();
  const fixture = mapItems(readFixture('format-0'), change);
  const options = parseHealthCheckOptions({ targetUrl: 'http://target.test/health' });

  it('have the defaults of today wherever they are read', async () => {
    const { world } = await openFixture(database, fixture);
    const leasing = { ...DEFAULT_LEASING, quarantineSeconds: 400, maxQuarantineSeconds: 400 };
    const policy = { options, riseFall: { rise: 1, fall: 1 }, control: true, leasing };
    expect(await world.storage.pools.get('fleet')).toMatchObject(policy);
    for await (const pool of world.storage.pools.listByName()) expect(pool).toMatchObject(policy);
    expect(await world.storage.pools.get('fleet')).not.toHaveProperty('unusable');
  });

  it('are swept with them: the sweep under way, and the next one, with every status kept', async () => {
    const { world, before, statuses } = await openFixture(database, fixture);
    const { runningSweepId } = fixture.seen;
    world.queue.push(...fixture.sent.messages.map(parseBatchMessage));
    await world.deliver();
    expect(await world.current(runningSweepId)).toMatchObject({ state: 'complete' });
    expect(world.checker.options).toEqual(options);
    world.clock.advance(120_000);
    const { sweepId } = await world.start();
    await world.startFanOut(sweepId);
    await world.deliver();
    expect(world.checker.options).toEqual(options);
    expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
    expect(await statuses()).toEqual(before);
  });
});
