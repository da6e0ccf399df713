import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Appears in no output of ours. */
export const STUB_PASSWORD = 'canary-77aa';

/** A request as the stub got it. */
interface StubRequest {
  readonly method: string;
  readonly url: string;
  readonly key: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every route
  readonly body: any;
}

type Answer = readonly [status: number, body?: unknown];

/** What the stub answers; by default it leases one proxy for a second and renews as asked. */
interface StubAnswers {
  acquire?: () => Answer;
  renew?: (count: number) => Answer;
  /** Null: there is none. */
  release?: () => Answer | null;
}

/** A stack that knows leases alone, and writes down what it is asked. */
export interface LeaseStub extends AsyncDisposable {
  readonly url: string;
  readonly asked: StubRequest[];
  /** `METHOD url` of each request so far. */
  lines(): string[];
  answers: StubAnswers;
}

export const ENDED: Answer = [
  409,
  { type: 'urn:lighthouse:problem:lease_ended', title: 'Conflict', detail: 'the lease is over' },
];
export const NO_PROXY: Answer = [
  409,
  { type: 'urn:lighthouse:problem:no_proxy_available', detail: 'pool "shop" has no free proxy' },
];

/** A lease as the API answers it. */
export function stubLease(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    leaseId: 'lease-0',
    proxy: `http://ann:${STUB_PASSWORD}@127.0.0.1:9`,
    pool: 'shop',
    consumer: 'tester',
    proxyId: '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11',
    protocol: 'http',
    // By a clock that is not ours.
    acquiredAt: '2001-01-01T00:00:00.000Z',
    expiresAt: '2001-01-01T00:00:01.000Z',
    leaseSeconds: 1,
    ...changes,
  };
}

/** Starts it. `GET /renewals/N` is answered once there have been N renewals. */
export async function startLeaseStub(): Promise<LeaseStub> {
  const asked: StubRequest[] = [];
  const waiting: { readonly renewals: number; readonly response: ServerResponse }[] = [];
  const stub = { answers: {} as StubAnswers };
  let renewals = 0;
  const answerOf = ({ method, body }: StubRequest): Answer | null => {
    const { acquire, renew, release } = stub.answers;
    if (method === 'POST') return acquire?.() ?? [201, stubLease()];
    if (method === 'DELETE') return release === undefined ? [204] : release();
    renewals += 1;
    const { leaseSeconds } = body;
    return renew?.(renewals) ?? [200, stubLease({ leaseId: `lease-${renewals}`, leaseSeconds })];
  };
  const server = createServer(async (request, response) => {
    const wanted = /^\/renewals\/(\d+)$/.exec(request.url ?? '');
    if (wanted) waiting.push({ renewals: Number(wanted[1]), response });
    else reply(response, answerOf(await record(request, asked)));
    for (const each of waiting) if (each.renewals <= renewals) each.response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(stub, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    lines: () => asked.map(({ method, url }) => `${method} ${url}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** A script that ends with an exit code after some renewals; asks the stub past the proxy. */
export function afterRenewals({ url }: LeaseStub, count: number, exitCode = 0): string {
  const get = `require('http').get('${url}/renewals/${count}', { agent: false }, `;
  return `${get} () => process.exit(${exitCode}))`;
}

async function record(request: IncomingMessage, asked: StubRequest[]): Promise<StubRequest> {
  const { method = '', url = '', headers } = request;
  const body = await text(request);
  const key = headers['idempotency-key'];
  const seen = { method, url, key: key?.toString(), body: body ? JSON.parse(body) : undefined };
  asked.push(seen);
  return seen;
}

function reply(response: ServerResponse, answer: Answer | null): void {
  if (answer === null) return;
  const [status, body] = answer;
  response.statusCode = status;
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
