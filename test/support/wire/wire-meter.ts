import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { findTables, unitsOf } from './consumed-units.ts';

/** One request to a service of AWS, as it was seen between a function and the service. */
export interface WireCall {
  /** The API action, such as `PutItem`. */
  readonly operation: string;
  /** The deployed name of the table; `''` for other services. */
  readonly tableName: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any action
  readonly input: any;
  /** Request units of the table by DynamoDB's rules, those of its index left out. */
  readonly units: number;
  /** The size of the request's body, bytes. */
  readonly bytes: number;
}

/** An endpoint that forwards everything and counts what it costs. */
export interface WireMeter extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, in order of their answers. */
  readonly calls: readonly WireCall[];
}

/** Puts a meter in front of an endpoint of DynamoDB, SQS or EventBridge. */
export async function startWireMeter(realUrl: string): Promise<WireMeter> {
  const calls: WireCall[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (incoming, outgoing) => {
    try {
      const body = await buffer(incoming);
      const call = readCall(incoming, body);
      const reply = await forward(realUrl, agent, { headers: incoming.headers, body: call.body });
      const answer = parse(reply.body);
      const units = unitsOf(call.operation, call.input, answer);
      const { operation, tableName, input } = call;
      calls.push({ operation, tableName, input, units, bytes: body.length });
      outgoing.writeHead(reply.status, { ...reply.headers, connection: 'keep-alive' });
      outgoing.end(reply.body);
    } catch {
      outgoing.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads a request, and makes DynamoDB tell what it costs. */
function readCall({ headers }: IncomingMessage, body: Buffer) {
  const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
  const input = parse(body);
  const [tableName = ''] = findTables(input);
  if (tableName === '') return { operation, tableName, input, body };
  const asking = JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' });
  return { operation, tableName, input, body: Buffer.from(asking) };
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any action
function parse(body: Buffer): any {
  return body.length === 0 ? {} : JSON.parse(body.toString());
}

async function forward(
  realUrl: string,
  agent: Agent,
  { headers, body }: { readonly headers: IncomingMessage['headers']; readonly body: Buffer },
) {
  const { 'transfer-encoding': _chunked, ...kept } = headers;
  const length = { 'content-length': String(body.length) };
  const sent = request(realUrl, { method: 'POST', headers: { ...kept, ...length }, agent });
  sent.end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('no response');
  const { statusCode: status = 0, headers: replied } = response;
  return { status, headers: replied, body: await buffer(response) };
}
