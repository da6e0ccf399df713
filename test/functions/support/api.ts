import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createApiHandler } from '../../../functions/api/handler.ts';
import type { Clock } from '../../../src/clock.ts';
import { ProxyManager } from '../../../src/leases/proxy-manager.ts';
import { NO_SWEEP_ID } from '../../../src/model/proxy-row.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../../src/model/sweep-limits.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { makeSweepId } from '../../support/factories.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { TappedStorage } from '../../support/storage/tapped-storage.ts';
import { type HttpRequest, httpEvent, lambdaContext } from './lambda-events.ts';
import { recordTelemetry } from './recorded-telemetry.ts';

/** An answer of the API with its body parsed when it is JSON. */
export interface TestReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every route
  readonly json: any;
}

/** A list of three proxies, among them a comment, a duplicate and a line that is not a proxy. */
export const MIXED_LIST = [
  'http://user:s3cret@8.8.8.8:8080',
  '# a comment',
  '9.9.9.9:3128',
  '9.9.9.9:3128',
  'nonsense',
  'socks5://1.1.1.1:1080',
].join('\n');

/** How the api of a test is set up. */
export interface TestApiOptions {
  /** @default false */
  readonly allowPrivateAddresses?: boolean;
  /** @default a storage in memory */
  readonly openStorage?: (clock: Clock) => Storage;
}

/** The api's handler over a storage; `faults` makes its dispatches and redrives fail. */
export function startApi({ allowPrivateAddresses = false, openStorage }: TestApiOptions = {}) {
  const clock = new FakeClock();
  const storage = new TappedStorage(openStorage?.(clock) ?? new MemoryStorage({ clock }));
  const telemetry = recordTelemetry();
  const dispatched: string[] = [];
  const faults = { dispatch: false, redrive: false };
  const handler = createApiHandler({
    storage,
    clock,
    telemetry,
    limits: DEFAULT_SWEEP_LIMITS,
    allowPrivateAddresses,
    extraProtocols: [],
    proxyManager: new ProxyManager({
      storage,
      clock,
      onError: (error) => telemetry.logger.warn('not given back', { error: error as Error }),
    }),
    requestDispatch: async (sweepId) => {
      if (faults.dispatch) throw new Error('no such function');
      dispatched.push(sweepId);
    },
    redrive: async () => {
      if (faults.redrive) throw new Error('no such queue');
      return { moved: 3, more: false };
    },
  });
  const answer = async (event: APIGatewayProxyEventV2): Promise<TestReply> => {
    const reply = await handler(event, lambdaContext());
    const text = reply.body ?? '';
    const headers = reply.headers ?? {};
    const isJson =
      /json$/.test(String(headers['content-type'])) &&
      !/ndjson/.test(String(headers['content-type']));
    return { status: reply.statusCode ?? 0, headers, text, json: isJson ? JSON.parse(text) : null };
  };
  const call = (request: HttpRequest) => answer(httpEvent(request));
  const get = (target: string) => call({ method: 'GET', target });
  const put = (target: string, body: unknown) =>
    call({ method: 'PUT', target, body: JSON.stringify(body) });
  const post = (
    target: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ) => call({ method: 'POST', target, body, headers });
  const activate = (poolName: string, proxyId: string) =>
    storage.proxies.writeStatus({
      poolName,
      proxyId,
      sweepId: makeSweepId(1),
      expectedRowSweepId: NO_SWEEP_ID,
      before: { status: 'unknown', streak: null },
      after: { status: 'active', streak: null },
      at: new Date(clock.now()).toISOString(),
    });
  return { storage, clock, telemetry, dispatched, faults, answer, call, get, put, post, activate };
}

/** The api with an empty pool, `fleet`. */
export async function startApiWithPool() {
  const api = startApi();
  await api.put('/pools/fleet', {});
  return api;
}
