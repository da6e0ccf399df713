import { describe, expect, it } from 'vitest';
import type { Storage } from '../../src/storage/storage.ts';
import { makeProxies } from '../support/factories.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';
import { countUnits } from '../support/storage/count-units.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { startFaultyEndpoint } from '../support/storage/faulty-endpoint.ts';
import { createTestClient } from '../support/storage/start-dynamodb.ts';

/** More than two BatchGetItem calls hold. */
const ROWS = 256;

interface KeysRequest {
  readonly Keys: readonly unknown[];
  readonly ConsistentRead?: boolean;
}

describe('the request units of an import', () => {
  const database = useDynamoDb();

  async function costOf(storage: Storage, count: number) {
    const spent = countUnits(database.client);
    const outcome = await storage.proxies.insert('fleet', makeProxies(count));
    return { ...outcome, ...spent };
  }

  it('are a read and a write of the table for a new row, a read for a row that is there', async () => {
    const storage = (await database.openStorage())(new FakeClock());
    const first = { added: ROWS, existing: 0, write: ROWS, read: ROWS };
    expect(await costOf(storage, ROWS)).toEqual(first);
    const again = { added: 0, existing: ROWS, write: 0, read: ROWS };
    expect(await costOf(storage, ROWS)).toEqual(again);
    const more = { added: 10, existing: ROWS, write: 10, read: ROWS + 10 };
    expect(await costOf(storage, ROWS + 10)).toEqual(more);
  });

  it('do not grow when DynamoDB leaves keys unprocessed', async () => {
    const tables = await database.createTables();
    const open = (client = database.client) => database.openStorage({ tables, client });
    await (await open())(new FakeClock()).proxies.insert('fleet', makeProxies(ROWS));
    await using faulty = await startFaultyEndpoint(database.endpoint);
    const reads: unknown[] = [];
    faulty.script = ({ action, body }) => {
      const { RequestItems } = body as { RequestItems: Record<string, KeysRequest> };
      const [[table, request] = ['', { Keys: [] }]] = Object.entries(RequestItems);
      reads.push([action, request.ConsistentRead]);
      const [now, later] = [request.Keys.slice(0, 60), request.Keys.slice(60)];
      return {
        body: { RequestItems: { [table]: { ...request, Keys: now } } },
        change: (answer) => ({
          ...answer,
          UnprocessedKeys: later.length > 0 ? { [table]: { ...request, Keys: later } } : {},
        }),
      };
    };
    const client = createTestClient(faulty.endpoint);
    const outcome = await (await open(client))(new FakeClock()).proxies.insert(
      'fleet',
      makeProxies(ROWS),
    );
    client.destroy();
    expect(outcome).toEqual({ added: 0, existing: ROWS });
    // A consistent read, since an older one might still show a row that was just deleted.
    expect(reads).toEqual(Array(5).fill(['BatchGetItem', true]));
  });
});
