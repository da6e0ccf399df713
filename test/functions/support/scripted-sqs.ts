import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { SQSClient } from '@aws-sdk/client-sqs';

/** One call as the server received it. */
export interface SqsCall {
  readonly action: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any SQS action
  readonly body: any;
}

/** The JSON body of the answer to a call; when it throws, SQS refuses the call as a bad request. */
export type SqsScript = (call: SqsCall, ordinal: number) => unknown;

/** An SQS that answers by script, on loopback, with a client that talks to it. */
export async function startScriptedSqs(script: SqsScript) {
  const calls: SqsCall[] = [];
  const server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    const call = { action, body: await json(request) };
    calls.push(call);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    try {
      response.end(JSON.stringify(script(call, calls.length)));
    } catch (error) {
      response.statusCode = 400;
      response.end(JSON.stringify({ __type: 'InvalidRequest', message: String(error) }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    md5: false,
  });
  return {
    client,
    calls,
    queueUrl: `${endpoint}/000000000000/batches`,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
