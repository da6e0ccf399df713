import {
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDbTap, startDynamoDbTap } from '../support/storage/dynamodb-tap.ts';
import { type FixtureStack, startFixtureStack } from './support/fixture-stack.ts';

let fixture: FixtureStack;
let tap: DynamoDbTap;
let tapped: DynamoDBClient;
let direct: DynamoDBClient;
let TableName: string;

beforeAll(async () => {
  fixture = await startFixtureStack({
    functionEndpoints: async (real) => {
      tap = await startDynamoDbTap(real.dynamodb);
      return { ...real, dynamodb: tap.url };
    },
  });
  TableName = fixture.stack.tableNames.items ?? '';
  const { credentials } = fixture.stack;
  const common = { region: 'us-east-1', credentials, maxAttempts: 1 };
  tapped = new DynamoDBClient({ ...common, endpoint: tap.url });
  direct = new DynamoDBClient({ ...common, endpoint: fixture.stack.endpoints.dynamodb });
});

afterAll(async () => {
  for (const client of [tapped, direct]) client?.destroy();
  await fixture?.[Symbol.asyncDispose]();
  await tap?.[Symbol.asyncDispose]();
});

describe('a DynamoDB tap', () => {
  it('passes on requests and errors, and records the requests', async () => {
    await put(tapped, 'a');
    await expect(put(tapped, 'a')).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    expect((await tapped.send(new ListTablesCommand({}))).TableNames).toEqual([TableName]);
    expect(tap.requests.map(({ operation, tableName }) => [operation, tableName])).toEqual([
      ['PutItem', TableName],
      ['PutItem', TableName],
      ['ListTables', ''],
    ]);
  });

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('holds a request %s it is executed', async (where, carriedOut) => {
    const hold = tap.hold({ where, fits: ({ input }) => JSON.stringify(input).includes(where) });
    let answered = false;
    const held = put(tapped, where).then(() => {
      answered = true;
    });
    expect(await hold.reached).toMatchObject({ operation: 'PutItem', tableName: TableName });
    await put(tapped, `beside ${carriedOut}`);
    expect(answered).toBe(false);
    const { Items = [] } = await direct.send(new ScanCommand({ TableName }));
    expect(Items.some(({ id }) => id?.S === where)).toBe(carriedOut);
    hold.release();
    await held;
  });

  it('executes a held request whose caller has hung up', async () => {
    const hold = tap.hold({ where: 'before', fits: ({ operation }) => operation === 'PutItem' });
    const gone = new AbortController();
    const sent = put(tapped, 'orphan', gone.signal).catch((error: Error) => error.name);
    await hold.reached;
    gone.abort();
    expect(await sent).toBe('AbortError');
    hold.release();
    await expect
      .poll(async () => (await direct.send(new ScanCommand({ TableName }))).Items ?? [], {
        timeout: 10_000,
      })
      .toContainEqual({ id: { S: 'orphan' } });
  });

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('discards a request %s it is executed', async (where, carriedOut) => {
    const id = `discarded ${where}`;
    const hold = tap.hold({ where, fits: ({ input }) => JSON.stringify(input).includes(id) });
    const sent = put(tapped, id);
    await hold.reached;
    hold.discard();
    await expect(sent).rejects.toThrow();
    const { Items = [] } = await direct.send(new ScanCommand({ TableName }));
    expect(Items.some((item) => item.id?.S === id)).toBe(carriedOut);
  });

  it('rejects when no request to hold arrives', async () => {
    const hold = tap.hold({ where: 'before', fits: () => false, withinMs: 10 });
    await expect(hold.reached).rejects.toThrow('no request to hold within 10 ms');
  });

  it('stands between the functions and DynamoDB', async () => {
    await fetch(`${fixture.stack.apiUrl}/items`);
    const [line = ''] = await fixture.watcher.waitFor((each) => each.includes('"environment"'));
    expect(line).toContain(`"AWS_ENDPOINT_URL_DYNAMODB":"${tap.url}"`);
  });
});

function put(client: DynamoDBClient, id: string, abortSignal?: AbortSignal) {
  return client.send(
    new PutItemCommand({
      TableName,
      Item: { id: { S: id } },
      ConditionExpression: 'attribute_not_exists(id)',
    }),
    abortSignal === undefined ? {} : { abortSignal },
  );
}
