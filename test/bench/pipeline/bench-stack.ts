import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalFunctionStatistics } from '../../../src/local/local-functions.ts';
import { LOCAL_REGION } from '../../../src/local/template/physical-names.ts';
import { createRetryStrategy, DynamoDbStorage } from '../../../src/storage/dynamodb.ts';
import type { TableNames } from '../../../src/storage/dynamodb-tables.ts';
import { startWholeStack, type WholeStack } from '../../support/whole-stack.ts';

/** The local stack, whose functions send their batches to a queue that nobody receives from. */
export interface BenchStack extends AsyncDisposable {
  readonly whole: WholeStack;
  readonly client: DynamoDBClient;
  readonly tables: TableNames;
  readonly storage: DynamoDbStorage;
  /** Batches that were sent so far. */
  readonly sent: () => number;
  /** What a function has used so far: `fanOut`, `checker`, `api`. */
  readonly used: (name: string) => LocalFunctionStatistics;
}

/** Starts it. */
export async function startBenchStack(): Promise<BenchStack> {
  await using starting = new AsyncDisposableStack();
  const queue = starting.use(await startSink());
  const whole = starting.use(
    await startWholeStack({
      scheduleEnabled: false,
      functionEndpoints: async (real) => ({ ...real, sqs: queue.url }),
    }),
  );
  const { endpoints, credentials, tableNames } = whole.stack;
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: LOCAL_REGION,
    credentials,
    retryStrategy: createRetryStrategy(),
  });
  starting.defer(() => client.destroy());
  const tables = tableNames as unknown as TableNames;
  const storage = new DynamoDbStorage({ client, tables });
  const used = (name: string) => {
    const found = whole.stack.functions()[name];
    if (!found) throw new Error(`the stack has no function ${name}`);
    return found;
  };
  const all = starting.move();
  const dispose = () => all.disposeAsync();
  const { sent } = queue;
  return { whole, client, tables, storage, sent, used, [Symbol.asyncDispose]: dispose };
}

/** An SQS that takes every batch of messages and keeps none. */
async function startSink() {
  let sent = 0;
  const server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: { Id: string; MessageBody: string }[] };
    sent += Entries.length;
    const Successful = Entries.map(({ Id, MessageBody }) => ({
      ...{ Id, MessageId: Id },
      MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
    }));
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify({ Successful, Failed: [] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
