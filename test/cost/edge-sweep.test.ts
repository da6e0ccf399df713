import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startSweep } from '../../src/sweeps/start/start-sweep.ts';
import { countUnits } from '../support/storage/count-units.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { AdaptiveWorld } from '../support/sweeps/adaptive-world.ts';

const PROXIES = 1600;
const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');

const database = useDynamoDb();

it('an edge sweep that probes nothing costs the request units the page says', {
  timeout: 180_000,
}, async () => {
  const world = new AdaptiveWorld(await database.openStorage());
  await world.open(PROXIES);
  await world.pass(10);
  world.takeProbed();
  const spent = countUnits(database.client);
  const scheduledAt = world.clock.now();
  const request = { poolName: 'fleet', trigger: 'schedule', edge: true, scheduledAt } as const;
  await world.startFanOut((await startSweep(world, request)).sweepId);
  await world.deliver();
  expect(world.takeProbed()).toEqual([]);
  const said = /takes (\d+) write and (\d+) read request units for 1,600 proxies/.exec(page);
  expect([spent.write, spent.read]).toEqual([Number(said?.[1]), Number(said?.[2])]);
});
