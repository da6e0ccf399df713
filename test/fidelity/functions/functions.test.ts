import { type Message, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FleetProxy,
  findDeadPort,
  startHttpProxy,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';
import { FORMAT } from '../../../src/model/format.ts';
import { describeWith } from '../support/describe-with.ts';
import { ELASTIC_MQ, PYTHON_TOOLS, RUNTIME_CLIENT } from '../tools/tools.ts';
import { type HttpRequest, httpEvent, sqsEvent } from './events.ts';
import { type FunctionWorld, startFunctionWorld } from './function-world.ts';
import type { LambdaFunction } from './runtime-client.ts';

const PASSWORD = 'canary-password';

describeWith(
  [RUNTIME_CLIENT, PYTHON_TOOLS, ELASTIC_MQ],
  "the bundles under AWS's runtime client",
  () => {
    let world: FunctionWorld;
    let target: Target;
    let proxy: FleetProxy;
    beforeAll(async () => {
      [world, target, proxy] = await Promise.all([
        startFunctionWorld(),
        startTarget(),
        startHttpProxy({ credentials: { username: 'user', password: PASSWORD } }),
      ]);
    });
    afterAll(async () => {
      await Promise.all([proxy?.close(), target?.close(), world?.[Symbol.asyncDispose]()]);
    });

    it('take a list from the API through the queue and the checker to the tables and back', async () => {
      await using api = await world.start('api');
      await using fanOut = await world.start('fanOut');
      await using checker = await world.start('checker');
      const dead = `http://127.0.0.1:${await findDeadPort()}`;
      await importFleet(api, target.url, [proxy.url, dead]);
      const started = await call(api, {
        routeKey: 'POST /sweeps',
        headers: { 'content-type': 'application/json' },
        body: '{"pool":"fleet"}',
      });
      expect(started.statusCode).toBe(202);
      const { sweepId } = started.json;
      expect(world.asked).toEqual([
        {
          path: expect.stringMatching(/\/invocations/),
          type: 'Event',
          payload: { format: FORMAT, sweepId },
        },
      ]);
      const dispatched = await fanOut.invoke(world.asked[0]?.payload);
      expect(dispatched).toMatchObject({ kind: 'response', body: null });
      await checkWithPoison(world, checker);
      const pathParameters = { sweep: sweepId };
      const report = await call(api, { routeKey: 'GET /sweeps/{sweep}', pathParameters });
      expect(report).toMatchObject({
        statusCode: 200,
        json: { state: 'complete', totals: { proxies: 2, active: 1, inactive: 1 } },
      });
      expect(world.eventTypes).toContain('Sweep Finished');
      const said = (await Promise.all([api, fanOut, checker].map((fn) => fn.stop()))).join('');
      expect(said).toContain('BatchesChecked');
      expect(said).not.toContain(PASSWORD);
    });

    it('answer what the API cannot do with a problem, not with an error', async () => {
      await using api = await world.start('api');
      const missing = await call(api, {
        routeKey: 'GET /pools/{pool}',
        pathParameters: { pool: 'none' },
      });
      expect(missing).toMatchObject({
        statusCode: 404,
        headers: { 'content-type': 'application/problem+json' },
        json: { status: 404 },
      });
    });

    it('take the tick as the schedule sends it', async () => {
      await using api = await world.start('api');
      const put = await call(api, {
        routeKey: 'PUT /pools/{pool}',
        pathParameters: { pool: 'scheduled' },
        headers: { 'content-type': 'application/json' },
        body: '{"intervalSeconds":60}',
      });
      expect(put.statusCode).toBe(201);
      await using fanOut = await world.start('fanOut');
      const input = world.scheduleInput.replace(
        '<aws.scheduler.scheduled-time>',
        '2022-03-22T18:59:43Z',
      );
      expect(await fanOut.invoke(JSON.parse(input))).toMatchObject({
        kind: 'response',
        body: null,
      });
      expect(await fanOut.stop()).toContain('"message":"tick"');
    });

    describe('report', () => {
      it('an error of the handler with its type, and go on', async () => {
        await using fanOut = await world.start('fanOut');
        const event = { source: 'aws.events' };
        for (const _again of [1, 2]) {
          expect(await fanOut.invoke(event)).toMatchObject({
            kind: 'error',
            body: {
              errorType: 'InvalidInputError',
              errorMessage: expect.stringContaining('neither a tick'),
              trace: expect.arrayContaining([expect.stringContaining('InvalidInputError')]),
            },
          });
        }
      });

      it.each(['api', 'checker', 'fanOut'])(
        'a start of %s without its variables as an error of init that names them',
        async (name) => {
          await using fn = await world.start(name, { POOLS_TABLE: null, EVENT_BUS_NAME: '' });
          expect(await fn.initError).toMatchObject({
            body: {
              errorType: 'Error',
              errorMessage: expect.stringMatching(/POOLS_TABLE, EVENT_BUS_NAME/),
            },
          });
          expect((await fn.ended).code).not.toBe(0);
        },
      );

      it('a handler that is not there', async () => {
        await using fn = await world.start('api', { _HANDLER: 'index.nothing' });
        expect(await fn.initError).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
      });
    });
  },
);

function ofPool(routeKey: string): HttpRequest {
  return { routeKey, pathParameters: { pool: 'fleet' } };
}

/** Makes the pool `fleet` of a list, which travels as a body that is not text. */
async function importFleet(
  api: LambdaFunction,
  targetUrl: string,
  list: readonly string[],
): Promise<void> {
  const put = await call(api, {
    ...ofPool('PUT /pools/{pool}'),
    body: JSON.stringify({ options: { targetUrl, timeoutMs: 5_000 }, control: false }),
  });
  expect(put).toMatchObject({ statusCode: 201, json: { pool: 'fleet' } });
  const imported = await call(api, {
    ...ofPool('POST /pools/{pool}/proxies'),
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(list.join('\n')).toString('base64'),
    isBase64Encoded: true,
  });
  expect(imported).toMatchObject({ statusCode: 200, json: { added: list.length } });
}

/** Gives the checker the one batch that waits, and a message that is none. */
async function checkWithPoison(world: FunctionWorld, checker: LambdaFunction): Promise<void> {
  const { url, arn } = batches(world);
  await world.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'no batch' }));
  const messages = await receive(world, 2);
  const poison = messages.find(({ Body }) => Body === 'no batch');
  expect(await checker.invoke(sqsEvent(messages, arn))).toMatchObject({
    kind: 'response',
    body: { batchItemFailures: [{ itemIdentifier: poison?.MessageId }] },
  });
}

/** Calls the API and parses its answer, which is in the form that API Gateway takes. */
async function call(api: LambdaFunction, request: HttpRequest) {
  const report = await api.invoke(httpEvent(request));
  if (report.kind !== 'response') throw new Error(`no answer: ${JSON.stringify(report)}`);
  const { statusCode, headers, body } = report.body;
  return { statusCode, headers, json: JSON.parse(body) };
}

function batches({ queues }: FunctionWorld) {
  const { batches: queue } = queues;
  if (queue === undefined) throw new Error(`no queue of batches in ${Object.keys(queues)}`);
  return queue;
}

async function receive(world: FunctionWorld, count: number): Promise<readonly Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) {
    const command = new ReceiveMessageCommand({
      QueueUrl: batches(world).url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
      MessageSystemAttributeNames: ['All'],
    });
    const { Messages = [] } = await world.sqs.send(command);
    if (Messages.length === 0) throw new Error(`${messages.length} of ${count} messages came`);
    messages.push(...Messages);
  }
  return messages;
}
