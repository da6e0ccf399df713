import { readFileSync } from 'node:fs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

const PROXIES = 1600;
const document = readFileSync(new URL('../../docs/cost-model.md', import.meta.url), 'utf8');

const database = useDynamoDb();

it('a steady sweep costs the request units the cost model says', { timeout: 60_000 }, async () => {
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

/** Adds up the units that every call from now on consumes. */
function countUnits(client: DynamoDBClient): { write: number; read: number } {
  const spent = { write: 0, read: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next(args);
        const { ConsumedCapacity } = answer.output as {
          ConsumedCapacity?: { CapacityUnits?: number };
        };
        const kind = /^(?:Get|Query)/.test(commandName ?? '') ? 'read' : 'write';
        spent[kind] += ConsumedCapacity?.CapacityUnits ?? 0;
        return answer;
      },
    { step: 'initialize' },
  );
  return spent;
}
