import { beforeAll, expect, it } from 'vitest';
import { TABLE_ACCESS } from '../../cdk/table-access.ts';
import { createApiHandler } from '../../functions/api/handler.ts';
import { createCheckerHandler } from '../../functions/checker/handler.ts';
import type { FunctionName } from '../../functions/environment.ts';
import { createFanOutHandler } from '../../functions/fan-out/handler.ts';
import { ProxyManager } from '../../src/leases/proxy-manager.ts';
import type { BatchMessage } from '../../src/model/sweep.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../src/model/sweep-limits.ts';
import type { TableName, TableNames } from '../../src/storage/dynamodb-tables.ts';
import { FakeChecker } from '../support/fakes/fake-checker.ts';
import { FakeClock, TEST_TIME } from '../support/fakes/fake-clock.ts';
import { useDynamoDb } from '../support/storage/dynamodb.ts';
import { httpEvent, lambdaContext, sqsEvent } from './support/lambda-events.ts';
import { recordTelemetry } from './support/recorded-telemetry.ts';

const database = useDynamoDb();
let tables: TableNames;

beforeAll(async () => {
  tables = await database.createTables();
});

/** Calls that a checker makes only after a race it lost to another one. */
const AFTER_LOST_RACES = ['GetItem proxies'];

it('every DynamoDB call of a function is one its role allows, and the other way round', async () => {
  const made: Record<FunctionName, Set<string>> = {
    'fan-out': new Set(),
    checker: new Set(),
    api: new Set(),
  };
  let caller: FunctionName = 'api';
  database.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        for (const call of callsOf(String(commandName), args.input)) made[caller].add(call);
        return next(args);
      },
    { step: 'initialize' },
  );
  const functions = await connectFunctions();
  const as = async <T>(name: FunctionName, work: () => Promise<T>): Promise<T> => {
    caller = name;
    return work();
  };

  const call = (method: string, target: string, body?: string, headers = {}) =>
    as('api', () =>
      functions.api(httpEvent({ method, target, headers, ...(body && { body }) }), lambdaContext()),
    );
  const list = Array.from({ length: 300 }, (_, n) => `8.8.8.8:${10_000 + n}`).join('\n');
  const policy = '{"intervalSeconds":60,"backOff":{}}';
  await call('PUT', '/pools/fleet', policy);
  await call('PUT', '/pools/fleet', policy);
  await call('POST', '/pools/fleet/proxies', list);
  await call('PUT', '/pools/empty', '{}');
  await call('POST', '/sweeps', '{"pool":"empty"}');
  const started = await call('POST', '/sweeps', '{"pool":"fleet"}');
  const { sweepId } = JSON.parse(started.body ?? '');

  await as('fan-out', () => functions.fanOut({ sweepId }, lambdaContext()));
  await as('checker', () => functions.checker(sqsEvent(functions.takeBodies()), lambdaContext()));
  functions.clock.advance(120_000);
  const scheduledAt = new Date(TEST_TIME + 120_000).toISOString();
  await as('fan-out', () => functions.fanOut({ scheduledAt }, lambdaContext()));
  functions.clock.advance(86_400_000);
  await as('fan-out', () => functions.fanOut({ scheduledAt }, lambdaContext()));
  await as('checker', () => functions.checker(sqsEvent(functions.takeBodies()), lambdaContext()));

  await call('GET', '/pools');
  await call('GET', '/pools/fleet');
  await call('GET', `/sweeps/${sweepId}/results`);
  const views = await call('GET', '/pools/fleet/proxies?status=active');
  expect(views.statusCode).toBe(200);
  const [{ proxyId }] = JSON.parse(views.body ?? '').proxies;
  expect((await call('GET', `/pools/fleet/proxies/${proxyId}/results`)).statusCode).toBe(200);

  const key = { 'idempotency-key': 'once' };
  const acquired = await call('POST', '/pools/fleet/leases', '{"consumer":"shop"}', key);
  const leasePath = `/pools/fleet/leases/${JSON.parse(acquired.body ?? '').leaseId}`;
  expect((await call('PATCH', leasePath, '{}')).statusCode).toBe(200);
  expect((await call('DELETE', `${leasePath}?outcome=failed`)).statusCode).toBe(204);
  const rare = JSON.stringify({ consumer: 'shop', filters: { country: 'SE' }, allowSlow: true });
  expect((await call('POST', '/pools/fleet/leases', rare)).statusCode).toBe(409);

  await call('PATCH', `/pools/fleet/proxies/${proxyId}`, '{"status":"banned"}');
  await call('DELETE', `/pools/fleet/proxies/${proxyId}`);
  expect((await call('DELETE', '/pools/fleet')).statusCode).toBe(202);
  for (let minute = 0; minute < 3; minute++) {
    await as('fan-out', () => functions.fanOut({ scheduledAt }, lambdaContext()));
    functions.clock.advance(60_001);
  }
  expect((await call('GET', '/pools/fleet')).statusCode).toBe(404);

  for (const call of AFTER_LOST_RACES) made.checker.add(call);
  const sorted = Object.entries(made).map(([name, calls]) => [name, [...calls].sort()]);
  const allowed = Object.keys(made).map((name) => [name, allowedCalls(name as FunctionName)]);
  expect(Object.fromEntries(sorted)).toEqual(Object.fromEntries(allowed));
});

/** `action table` or `action table/index` of one command, as the policies are written. */
function callsOf(commandName: string, input: object): string[] {
  const action = commandName.replace('Command', '');
  const { RequestItems, TableName, IndexName } = input as CommandInput;
  const names = RequestItems ? Object.keys(RequestItems) : [TableName ?? ''];
  return names.map(
    (name) => `${action} ${tableOf(tables, name)}${IndexName ? `/${IndexName}` : ''}`,
  );
}

interface CommandInput {
  readonly RequestItems?: object;
  readonly TableName?: string;
  readonly IndexName?: string;
}

function tableOf(names: TableNames, name: string): string {
  return Object.keys(names).find((table) => names[table as TableName] === name) ?? name;
}

/** An index may be queried and nothing else. */
function allowedCalls(name: FunctionName): string[] {
  return Object.entries(TABLE_ACCESS[name])
    .flatMap(([table, { actions, indexes = [] }]) => [
      ...actions.map((action) => `${action} ${table}`),
      ...indexes.map((index) => `Query ${table}/${index}`),
    ])
    .sort();
}

async function connectFunctions() {
  const clock = new FakeClock();
  const storage = (await database.openStorage({ tables }))(clock);
  const common = { storage, clock, limits: DEFAULT_SWEEP_LIMITS, telemetry: recordTelemetry() };
  const queue: BatchMessage[] = [];
  const sendBatches = async (messages: readonly BatchMessage[]) => {
    queue.push(...messages);
  };
  return {
    clock,
    takeBodies: () => queue.splice(0).map((message) => JSON.stringify(message)),
    api: createApiHandler({
      ...common,
      allowPrivateAddresses: false,
      extraProtocols: [],
      proxyManager: new ProxyManager({ storage, clock }),
      requestDispatch: async () => {},
      redrive: async () => ({ moved: 0, more: false }),
    }),
    fanOut: createFanOutHandler({ ...common, sendBatches }),
    checker: createCheckerHandler({
      ...common,
      checker: new FakeChecker(),
      maxReceives: 5,
      queue: { hide: async () => {}, deadLetter: async () => {} },
    }),
  };
}
