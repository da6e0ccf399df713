import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ListedProxy } from '../../../src/cli/check/list-reader.ts';
import { ApiClient } from '../../../src/cli/stack/client/api-client.ts';
import { LighthouseApi } from '../../../src/cli/stack/client/lighthouse-api.ts';
import { createProxy } from '../../../src/proxies/proxy.ts';

/** What the stub does with a request instead of importing: a status, or no answer at all. */
export type Fault = number | 'hang up';

/** A stack that knows one pool; its import route refuses the last entry of each request. */
export interface ImportStub extends AsyncDisposable {
  readonly url: string;
  readonly api: LighthouseApi;
  /** The hosts of the entries of each request, in the order of arrival. */
  readonly requests: string[][];
  /** The most requests that were under way at once. */
  readonly mostAtOnce: () => number;
  /** Decides what happens to a request; `nth` counts those with the same entries from 1. */
  fault: (firstHost: string, nth: number) => Fault | null;
  /** When a request is answered. @default at once */
  hold: (firstHost: string) => Promise<void>;
}

const POOL = {
  ...{ pool: 'p', intervalSeconds: null, runningSweepId: null, lastSweepId: null },
  deletingSince: null,
};

/** Starts it. */
export async function startImportStub(): Promise<ImportStub> {
  const requests: string[][] = [];
  const stub: Pick<ImportStub, 'fault' | 'hold'> = { fault: () => null, hold: async () => {} };
  let [atOnce, mostAtOnce] = [0, 0];
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.end(JSON.stringify(POOL));
      return;
    }
    const entries = (await text(request)).trim().split('\n');
    const hosts = entries.map((entry) => JSON.parse(entry).host as string);
    const [first = ''] = hosts;
    requests.push(hosts);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await stub.hold(first);
    atOnce -= 1;
    const nth = requests.filter(([host]) => host === first).length;
    answer(response, hosts, stub.fault(first, nth));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const client = new ApiClient({ url }, new AbortController().signal);
  return Object.assign(stub, {
    url,
    api: new LighthouseApi(client),
    requests,
    mostAtOnce: () => mostAtOnce,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  });
}

function answer(response: ServerResponse, hosts: readonly string[], fault: Fault | null): void {
  if (fault === 'hang up') {
    response.destroy();
    return;
  }
  if (fault !== null) {
    response.writeHead(fault).end('{"message":"Too Many Requests"}');
    return;
  }
  const accepted = hosts.slice(0, -1).map((proxyId, index) => ({ line: index + 1, proxyId }));
  const rejected = { reason: 'address_refused', detail: 'private', text: '…' };
  const counts = { read: hosts.length, rejected: 1, duplicate: 0, added: accepted.length };
  response.end(
    JSON.stringify({
      ...{ ...counts, existing: 0, ignoredColumns: ['x'], lines: accepted },
      rejections: [{ line: hosts.length, ...rejected }],
    }),
  );
}

/** A list with a proxy on every tenth line. */
export async function* listedProxies(count: number): AsyncGenerator<ListedProxy[]> {
  for (let index = 1; index <= count; index++) {
    const proxy = createProxy({ protocol: 'http', host: `h${index}.example`, port: 80 });
    yield [{ line: index * 10, proxy }];
  }
}
