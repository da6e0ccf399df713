import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startSweep } from '../../src/sweeps/start/start-sweep.ts';
import { countUnits } from '../support/storage/count-units.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { AdaptiveWorld } from '../support/sweeps/adaptive-world.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

const PROXIES = 1600;
const document = readFileSync(new URL('../../docs/cost-model.md', import.meta.url), 'utf8');

const database = useDynamoDb();
const claim = (pattern: RegExp) => Number(pattern.exec(document)?.[1]?.replace(',', ''));

it('a steady sweep costs the request units the cost model says', { timeout: 180_000 }, async () => {
  const { client } = database;
  const world = new SweepWorld(await database.openStorage());
  await world.fill(PROXIES);
  await world.sweep();
  world.clock.advance(60_000);
  const spent = countUnits(client);
  await world.sweep();

  expect(spent.write).toBe(claim(/\*\*(\d+) write request units per 1,600 checks/));
  expect(spent.read).toBe(claim(/\*\*(\d+) read request units per 1,600 checks/));
  expect((spent.write / PROXIES) * 1_000_000).toBe(claim(/checks: (88,125) per million/));
});

it('an edge sweep costs the request units the cost model says', { timeout: 180_000 }, async () => {
  const { client } = database;
  const world = new AdaptiveWorld(await database.openStorage());
  await world.open(PROXIES);
  await world.pass(10);
  world.takeProbed();
  const spent = countUnits(client);
  const scheduledAt = world.clock.now();
  const request = { poolName: 'fleet', trigger: 'schedule', edge: true, scheduledAt } as const;
  await world.startFanOut((await startSweep(world, request)).sweepId);
  await world.deliver();
  expect(world.takeProbed()).toEqual([]);
  expect(spent.write).toBe(claim(/edge sweep of it that probes nothing: (\d+) write/));
  expect(spent.read).toBe(claim(/that probes nothing: \d+ write and (\d+) read/));
});
