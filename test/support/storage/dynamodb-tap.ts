import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request to DynamoDB, or to SQS, which uses the same protocol. */
export interface TappedRequest {
  /** The API action, such as `PutItem`. */
  readonly operation: string;
  /** The table of a single-table operation; `''` otherwise. */
  readonly tableName: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The tap's end of the caller's connection; destroyed when the caller has died. */
  readonly socket: Socket;
}

/** A request stopped on its way. */
export interface Hold {
  /** Resolves when a request that fits is held; rejects when none comes in time. */
  readonly reached: Promise<TappedRequest>;
  /** Lets the request go on. */
  release(): void;
  /** Drops the request, as when its caller died before it was sent or answered. */
  discard(): void;
}

interface HoldOptions {
  readonly fits: (request: TappedRequest) => boolean;
  /** `before` it is forwarded, or `after` DynamoDB has handled it but before the answer. */
  readonly where: 'before' | 'after';
  /** How long to wait for such a request, milliseconds. @default no limit */
  readonly withinMs?: number;
}

/** An endpoint that forwards everything and can hold requests. */
export interface DynamoDbTap extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: readonly TappedRequest[];
  /** Holds the next request that fits, once. */
  hold(options: HoldOptions): Hold;
}

interface PendingHold extends HoldOptions {
  readonly reach: (request: TappedRequest) => void;
  readonly released: Promise<'go on' | 'discard'>;
}

/** Puts a tap in front of an endpoint of DynamoDB or SQS. */
export async function startDynamoDbTap(realUrl: string): Promise<DynamoDbTap> {
  const requests: TappedRequest[] = [];
  const holds: PendingHold[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming).catch(() => null);
    if (body === null) return;
    const tapped = tappedRequest(incoming, body);
    requests.push(tapped);
    const index = holds.findIndex(({ fits }) => fits(tapped));
    const [hold] = index < 0 ? [] : holds.splice(index, 1);
    const { headers } = incoming;
    const reply = await passHeld(tapped, hold, () => forward(realUrl, agent, { headers, body }));
    // A failure beyond the tap is a failure for the caller, who tries again.
    if (reply === null) outgoing.destroy();
    else answer(outgoing, reply);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    hold(options) {
      const reached = Promise.withResolvers<TappedRequest>();
      const released = Promise.withResolvers<'go on' | 'discard'>();
      if (options.withinMs !== undefined) rejectAfter(options.withinMs, reached, options.fits);
      holds.push({ ...options, reach: reached.resolve, released: released.promise });
      return {
        reached: reached.promise,
        release: () => released.resolve('go on'),
        discard: () => released.resolve('discard'),
      };
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes a request on and stops it where it is held; null when it fails or is discarded. */
async function passHeld(
  tapped: TappedRequest,
  hold: PendingHold | undefined,
  pass: () => Promise<Reply>,
): Promise<Reply | null> {
  const isDiscarded = async (where: HoldOptions['where']) => {
    if (hold?.where !== where) return false;
    hold.reach(tapped);
    return (await hold.released) === 'discard';
  };
  if (await isDiscarded('before')) return null;
  const reply = await pass().catch(() => null);
  return (await isDiscarded('after')) ? null : reply;
}

function rejectAfter(
  withinMs: number,
  { promise, reject }: PromiseWithResolvers<TappedRequest>,
  fits: HoldOptions['fits'],
): void {
  const giveUp = () => reject(new Error(`no request to hold within ${withinMs} ms: ${fits}`));
  const timer = setTimeout(giveUp, withinMs);
  promise.finally(() => clearTimeout(timer)).catch(() => {});
}

function tappedRequest({ headers, socket }: IncomingMessage, body: Buffer): TappedRequest {
  const input = body.length === 0 ? {} : JSON.parse(body.toString());
  const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
  return { operation, tableName: input.TableName ?? '', input, socket };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Forwards a request even when its caller has gone: what was sent takes effect. */
async function forward(
  realUrl: string,
  agent: Agent,
  { headers, body }: Pick<Reply, 'headers' | 'body'>,
): Promise<Reply> {
  const sent = request(realUrl, { method: 'POST', headers, agent });
  sent.end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('no response');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await buffer(response),
  };
}

function answer(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  if (outgoing.destroyed) return;
  outgoing.writeHead(status, { ...headers, connection: 'keep-alive' }).end(body);
}
