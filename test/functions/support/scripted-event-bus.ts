import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** One entry as the server received it. */
interface ReceivedEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  /** Epoch seconds. */
  readonly Time: number;
}

/** Why an entry of a call, counted from 1, is refused; null when it is accepted. */
export type EventBusScript = (entry: ReceivedEntry, call: number) => string | null;

/** An EventBridge that answers by script, on loopback, with a client that talks to it. */
export async function startScriptedEventBus(script: EventBusScript) {
  const calls: ReceivedEntry[][] = [];
  const server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: ReceivedEntry[] };
    const call = calls.push(Entries);
    const outcomes = Entries.map((entry) => {
      const ErrorCode = script(entry, call);
      return ErrorCode === null ? { EventId: 'accepted' } : { ErrorCode, ErrorMessage: 'no' };
    });
    const FailedEntryCount = outcomes.filter(({ ErrorCode }) => ErrorCode).length;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ FailedEntryCount, Entries: outcomes }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new EventBridgeClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    url,
    client,
    calls,
    async [Symbol.asyncDispose]() {
      client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
