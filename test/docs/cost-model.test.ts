import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { countUnits } from '../support/storage/count-units.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

const PROXIES = 1600;
const document = readFileSync(new URL('../../docs/cost-model.md', import.meta.url), 'utf8');

const database = useDynamoDb();

it('a steady sweep costs the request units the cost model says', { timeout: 180_000 }, async () => {
  const { client } = database;
  const world = new SweepWorld(await database.openStorage());
  await world.fill(PROXIES);
  await world.sweep();
  world.clock.advance(60_000);
  const spent = countUnits(client);
  await world.sweep();

  const claim = (pattern: RegExp) => Number(pattern.exec(document)?.[1]?.replace(',', ''));
  expect(spent.write).toBe(claim(/\*\*(\d+) write request units per 1,600 checks/));
  expect(spent.read).toBe(claim(/\*\*(\d+) read request units per 1,600 checks/));
  expect((spent.write / PROXIES) * 1_000_000).toBe(claim(/checks: (88,125) per million/));
});
