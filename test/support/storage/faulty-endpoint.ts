import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One call on its way to DynamoDB. */
interface DynamoDbCall {
  /** Counted from 1. */
  readonly index: number;
  /** The API action, such as `PutItem`. */
  readonly action: string;
  readonly body: unknown;
}

/** What happens to a call: `pass` forwards it; `throttle`, `fail` and `answer` do not. */
export type Fate =
  | 'pass'
  | 'throttle'
  | 'fail'
  /** The call takes effect, but the connection breaks before the answer. */
  | 'lose-answer'
  /** Refused with an exception of this name. */
  | { readonly refuse: string }
  | { readonly answer: unknown }
  /** The call is forwarded with another body, and its answer is changed. */
  | { readonly body: unknown; readonly change: (answer: Record<string, unknown>) => unknown };

export interface FaultyEndpoint extends AsyncDisposable {
  readonly endpoint: string;
  /** Decides the fate of every call; at first, all pass. */
  script: (call: DynamoDbCall) => Fate;
  readonly calls: number;
}

const THROTTLED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
};

/** Starts a proxy in front of a DynamoDB endpoint that treats each call as its script says. */
export async function startFaultyEndpoint(target: string): Promise<FaultyEndpoint> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    const index = calls;
    const act = async () => {
      const sent = await text(request);
      const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const fate = faulty.script({ index, action, body: JSON.parse(sent) });
      await meet(fate, { target, request, sent, response });
    };
    act().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const faulty: FaultyEndpoint = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    script: () => 'pass',
    get calls() {
      return calls;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return faulty;
}

interface Exchange {
  readonly target: string;
  readonly request: IncomingMessage;
  /** The body of the request. */
  readonly sent: string;
  readonly response: ServerResponse;
}

async function meet(fate: Fate, { target, request, sent, response }: Exchange): Promise<void> {
  if (fate === 'throttle') return reply(response, 400, JSON.stringify(THROTTLED));
  if (fate === 'fail') return reply(response, 500, '{"__type":"InternalServerError"}');
  if (typeof fate === 'string') {
    const { status, answer } = await forward(target, request, sent);
    if (fate === 'pass') reply(response, status, answer);
    else response.destroy();
    return;
  }
  if ('refuse' in fate) return reply(response, 400, JSON.stringify({ __type: fate.refuse }));
  if ('answer' in fate) return reply(response, 200, JSON.stringify(fate.answer));
  const { status, answer } = await forward(target, request, JSON.stringify(fate.body));
  reply(response, status, JSON.stringify(fate.change(JSON.parse(answer))));
}

async function forward(target: string, { headers }: IncomingMessage, body: string) {
  const names = ['x-amz-target', 'authorization', 'x-amz-date', 'content-type'];
  const kept = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const response = await fetch(target, { method: 'POST', headers: kept, body });
  return { status: response.status, answer: await response.text() };
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}
