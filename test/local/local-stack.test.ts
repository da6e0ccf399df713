import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalStack } from '../../src/local/local-stack.ts';
import { readStackFile, STACK_FILE } from '../../src/local/stack-file.ts';
import type { FixtureResource } from './support/fixture-assembly.ts';
import {
  FIXTURE_RESOURCES,
  type FixtureStack,
  printedEvent,
  startFixtureStack,
} from './support/fixture-stack.ts';
import type { LineWatcher } from './support/line-watcher.ts';

let fixture: FixtureStack;
let stack: LocalStack;
let watcher: LineWatcher;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;
let lambda: LambdaClient;

beforeAll(async () => {
  fixture = await startFixtureStack();
  ({ stack, watcher } = fixture);
  const common = { region: 'us-east-1', credentials: stack.credentials };
  sqs = new SQSClient({ ...common, endpoint: stack.endpoints.sqs });
  dynamodb = new DynamoDBClient({ ...common, endpoint: stack.endpoints.dynamodb });
  lambda = new LambdaClient({ ...common, endpoint: stack.endpoints.lambda });
});

afterAll(async () => {
  for (const client of [sqs, dynamodb, lambda]) client?.destroy();
  await fixture?.[Symbol.asyncDispose]();
});

describe('a queue', () => {
  it('feeds a function and is emptied by it', async () => {
    await send('hello');
    const [line = ''] = await watcher.waitFor((each) => recordsOf(each, 'hello').length === 1);
    expect(recordsOf(line, 'hello')[0]).toMatchObject({
      body: 'hello',
      attributes: { ApproximateReceiveCount: '1' },
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:Fixture-Jobs',
    });
    await expect.poll(() => messagesLeft('jobs'), { timeout: 10_000 }).toBe(0);
  });

  it('redelivers a failed record after its visibility timeout, but not its neighbours', async () => {
    await Promise.all([send('fail once'), send('beside')]);
    const retried = await watcher.waitFor((line) => recordsOf(line, 'fail once').length === 1, 2);
    expect(recordsOf(retried[1] ?? '', 'fail once')[0]?.attributes).toMatchObject({
      ApproximateReceiveCount: '2',
    });
    await expect.poll(() => messagesLeft('jobs'), { timeout: 10_000 }).toBe(0);
    expect(watcher.lines.flatMap((line) => recordsOf(line, 'beside'))).toHaveLength(1);
  });

  it('moves a message to the DLQ after the number of receives in the template', async () => {
    await send('fail');
    const messages = await receiveFromDlq();
    expect(messages.map(({ Body }) => Body)).toEqual(['fail']);
    expect(watcher.lines.flatMap((line) => recordsOf(line, 'fail'))).toHaveLength(2);
    expect(await messagesLeft('jobs')).toBe(0);
  });

  it('redelivers a whole batch when the process of the function dies', async () => {
    await send('exit');
    await watcher.waitFor((line) => recordsOf(line, 'exit').length === 1, 2);
    expect((await receiveFromDlq()).map(({ Body }) => Body)).toEqual(['exit']);
  });
});

describe('an event source with a batching window', () => {
  /** A fixture of its own, to which `bodies` are sent one after another. */
  async function receiveWithin(windowSeconds: number, bodies: readonly string[]) {
    const withProperties = (name: string, properties: object): FixtureResource => {
      const resource = FIXTURE_RESOURCES[name] ?? { Type: '', Properties: {} };
      return { ...resource, Properties: { ...(resource.Properties as object), ...properties } };
    };
    await using own = await startFixtureStack(
      {},
      {
        ...FIXTURE_RESOURCES,
        // So that a record that is collected is not received once more meanwhile.
        Jobs: withProperties('Jobs', { VisibilityTimeout: 60 }),
        Mapping: withProperties('Mapping', {
          BatchSize: 2,
          MaximumBatchingWindowInSeconds: windowSeconds,
        }),
      },
    );
    const { credentials, endpoints, queueUrls } = own.stack;
    const client = new SQSClient({ region: 'us-east-1', credentials, endpoint: endpoints.sqs });
    for (const MessageBody of bodies) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrls.jobs, MessageBody }));
    }
    client.destroy();
    const [line = ''] = await own.watcher.waitFor((each) => recordsOf(each, 'first').length === 1);
    return printedEvent(line)?.event.Records?.map(({ body }) => body);
  }

  it('waits for more records, but not once there are as many as an invocation takes', async () => {
    expect(await receiveWithin(300, ['first', 'second'])).toEqual(['first', 'second']);
  });

  it('invokes with what there is when the window is over', async () => {
    expect(await receiveWithin(1, ['first'])).toEqual(['first']);
  });
});

describe('the Lambda API', () => {
  it('invokes a function and waits for its answer', async () => {
    const answer = await invoke({ key: 'a' }, 'RequestResponse');
    expect(answer.StatusCode).toBe(200);
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ got: { key: 'a' } });
  });

  it('answers with the error of the function', async () => {
    const answer = await invoke({ do: 'fail', key: 'b' }, 'RequestResponse');
    expect(answer.FunctionError).toBe('Unhandled');
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toMatchObject({
      errorType: 'Error',
      errorMessage: 'fail',
    });
  });

  it('tries an asynchronous event again as often as its function allows', async () => {
    expect((await invoke({ do: 'fail', key: 'c' }, 'Event')).StatusCode).toBe(202);
    await watcher.waitFor((line) => printedEvent(line)?.event.key === 'c', 2);
    const after = await invoke({ do: 'fail once', key: 'd' }, 'Event');
    expect(after.StatusCode).toBe(202);
    await watcher.waitFor((line) => printedEvent(line)?.event.key === 'd', 2);
    await invoke({ key: 'e' }, 'RequestResponse');
    const tries = (key: string) =>
      watcher.lines.filter((line) => printedEvent(line)?.event.key === key).length;
    expect([tries('c'), tries('d')]).toEqual([2, 2]);
  });

  it('refuses to invoke a function that does not exist', async () => {
    const command = new InvokeCommand({ FunctionName: 'Nobody' });
    await expect(lambda.send(command)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it.each([
    ['RequestResponse', 6 * 1024 * 1024],
    ['Event', 1024 * 1024],
  ] as const)('refuses a payload above its limit (%s)', async (type, limit) => {
    await expect(invoke({ key: 'x'.repeat(limit) }, type)).rejects.toMatchObject({
      name: 'RequestTooLargeException',
    });
  });
});

describe('a schedule', () => {
  it('invokes its function with the scheduled time', async () => {
    const outcome = await stack.fireSchedule('every', new Date('2026-03-01T10:20:00.000Z'));
    expect(outcome).toMatchObject({ ok: true });
    expect(JSON.parse(outcome?.ok ? outcome.payload : '')).toEqual({
      got: { source: 'schedule', at: '2026-03-01T10:20:00Z' },
    });
  });

  it('is refused, with the known names, when there is none of that name', async () => {
    await expect(stack.fireSchedule('never')).rejects.toThrow(
      'there is no schedule never; the schedules are: every',
    );
  });
});

describe('a table', () => {
  it('loses expired items and keeps the others', async () => {
    const now = Math.floor(Date.now() / 1000);
    const expiries: [string, number | null][] = [
      ['past', now - 10],
      ['future', now + 600],
      ['never', null],
    ];
    for (const [id, expiresAt] of expiries) {
      const item = { id: { S: id }, ...(expiresAt && { expiresAt: { N: `${expiresAt}` } }) };
      await dynamodb.send(new PutItemCommand({ TableName: stack.tableNames.items, Item: item }));
    }
    await stack.sweepExpired();
    const { Items = [] } = await dynamodb.send(
      new ScanCommand({ TableName: stack.tableNames.items }),
    );
    expect(Items.map(({ id }) => id?.S).sort()).toEqual(['future', 'never']);
  });
});

describe('a function', () => {
  it('differs from its template only in endpoints, credentials and the address switch', async () => {
    await invoke({ key: 'environment' }, 'RequestResponse');
    const [line = ''] = await watcher.waitFor(
      (each) => printedEvent(each)?.event.key === 'environment',
    );
    const environment = printedEvent(line)?.environment ?? {};
    const { NODE_CHANNEL_FD, NODE_CHANNEL_SERIALIZATION_MODE, PWD, ...rest } = environment;
    expect(rest).toEqual({
      ...{ QUEUE_URL: stack.queueUrls.jobs, TABLE_NAME: 'Fixture-ItemsTable' },
      AWS_ENDPOINT_URL_DYNAMODB: stack.endpoints.dynamodb,
      AWS_ENDPOINT_URL_SQS: stack.endpoints.sqs,
      AWS_ENDPOINT_URL_LAMBDA: stack.endpoints.lambda,
      AWS_ENDPOINT_URL_EVENTBRIDGE: stack.endpoints.eventbridge,
      AWS_ACCESS_KEY_ID: stack.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'local',
      ALLOW_PRIVATE_ADDRESSES: 'true',
      ...{ PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'en_US.UTF-8', TZ: ':UTC' },
      ...{ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' },
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'Fixture-Worker',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/Fixture-Worker',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      LAMBDA_TASK_ROOT: join(fixture.directory, 'asset.worker'),
      _HANDLER: 'index.handler',
    });
  });

  it('has its memory, invocations and errors counted', () => {
    expect(stack.functions().worker).toMatchObject({
      name: 'Fixture-Worker',
      memoryMb: 256,
      timeoutMs: 1000,
      invocations: expect.toSatisfy((count: number) => count > 5),
      errors: expect.toSatisfy((count: number) => count > 1),
      peakMemoryMb: expect.toSatisfy((peak: number) => peak > 30 && peak < 256),
    });
  });
});

describe('a running stack', () => {
  it('publishes its addresses in the stack file until it ends', async () => {
    const own = await startFixtureStack();
    expect(await readStackFile(own.directory)).toEqual({
      apiUrl: own.stack.apiUrl,
      endpoints: own.stack.endpoints,
      credentials: own.stack.credentials,
      pid: process.pid,
    });
    await own.stack.stop();
    await expect(access(join(own.directory, STACK_FILE))).rejects.toThrow('ENOENT');
    expect(await own.stack.closed).toBeNull();
    await own[Symbol.asyncDispose]();
  });
});

async function send(body: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls.jobs, MessageBody: body }));
}

function recordsOf(line: string, body: string) {
  return printedEvent(line)?.event.Records?.filter((record) => record.body === body) ?? [];
}

async function receiveFromDlq() {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: stack.queueUrls.jobsDlq, WaitTimeSeconds: 20 }),
  );
  return Messages;
}

async function messagesLeft(queue: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: stack.queueUrls[queue], AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes.ApproximateNumberOfMessages) +
    Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

function invoke(event: object, type: 'RequestResponse' | 'Event') {
  return lambda.send(
    new InvokeCommand({
      FunctionName: 'Fixture-Worker',
      InvocationType: type,
      Payload: JSON.stringify(event),
    }),
  );
}
