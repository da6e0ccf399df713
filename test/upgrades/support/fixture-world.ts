import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createCheckerHandler } from '../../../functions/checker/handler.ts';
import { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import type { TableName } from '../../../src/storage/dynamodb-tables.ts';
import { type Fixture, loadItems, type RawItem } from '../../fixtures/fixture.ts';
import { lambdaContext, sqsEvent } from '../../functions/support/lambda-events.ts';
import { recordTelemetry } from '../../functions/support/recorded-telemetry.ts';
import type { TestDynamoDb } from '../../support/storage/start-dynamodb.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

/** A stack over the tables of another version, at the time at which that version left them. */
export async function openFixture(database: TestDynamoDb, { items, seen }: Fixture) {
  const tables = await database.createTables();
  await loadItems(database.client, tables, items);
  const world = new SweepWorld(await database.openStorage({ tables }));
  world.clock.setWallClock(seen.now);
  const statuses = new Map(seen.rows.map(({ proxyId, status }) => [proxyId, status]));
  // Every proxy is as it was, so that a status which changes was not read.
  world.checker.finding = ({ id }) => {
    const status = statuses.get(id);
    if (status === 'slow') return { status, latencyMs: 700 };
    return status === 'inactive' ? { status, failure: 'refused', failedPhase: 'connect' } : {};
  };
  const { storage, clock } = world;
  return {
    world,
    manager: new ProxyManager({ storage, clock }),
    async scan(table: TableName): Promise<readonly RawItem[]> {
      const scan = new ScanCommand({ TableName: tables[table], ConsistentRead: true });
      return (await database.client.send(scan)).Items ?? [];
    },
    async statuses(): Promise<ReadonlyMap<string, string>> {
      return new Map((await world.rows()).map(({ proxy, status }) => [proxy.id, status]));
    },
    before: statuses,
  };
}

/** A checker's handler over a world, and what it hides and logs. */
export function openChecker(world: SweepWorld) {
  const telemetry = recordTelemetry();
  const hidden: string[] = [];
  const handler = createCheckerHandler({
    storage: world.storage,
    clock: world.clock,
    limits: world.limits,
    checker: world.checker,
    publishEvents: world.publishEvents,
    telemetry,
    maxReceives: 5,
    queue: {
      hide: async (record) => {
        hidden.push(record.receiptHandle);
      },
      deadLetter: async () => {},
    },
  });
  const invoke = (bodies: readonly string[]) => handler(sqsEvent(bodies), lambdaContext());
  return { invoke, hidden, telemetry };
}

/** A copy of a fixture whose items are changed one by one. */
export function mapItems(
  fixture: Fixture,
  change: (item: RawItem, table: TableName) => RawItem,
): Fixture {
  const tables = Object.entries(fixture.items).map(
    ([table, items]) => [table, items.map((item) => change(item, table as TableName))] as const,
  );
  return { ...fixture, items: Object.fromEntries(tables) as unknown as Fixture['items'] };
}
