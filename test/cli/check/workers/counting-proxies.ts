import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What four proxies, each on a host of its own, saw of those that use them. */
export interface CountingProxies extends AsyncDisposable {
  /**
   * A list with so many sessions on the proxies, half of them on the first. The answer for the first
   * session comes last.
   */
  lines(count: number): string[];
  /** The most requests under way at once, in all and on one host. */
  readonly most: () => { readonly inAll: number; readonly onOneHost: number };
  /** How many requests have come. */
  readonly requests: () => number;
}

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];
const ANSWER_MS = 3;
const LAST = Buffer.from('session-0:secret').toString('base64');

/** Starts them; they answer 200 themselves, a few milliseconds after a request has come. */
export async function startCountingProxies(): Promise<CountingProxies> {
  const inFlight = new Map<string, number>();
  const most = { inAll: 0, onOneHost: 0 };
  let [requests, expected] = [0, 0];
  let answerLast = () => {};
  const answer = (host: string, response: ServerResponse) => {
    inFlight.set(host, (inFlight.get(host) ?? 0) - 1);
    response.end('fine');
  };
  const servers = HOSTS.map((host) =>
    createServer((request, response) => {
      requests += 1;
      const here = (inFlight.get(host) ?? 0) + 1;
      inFlight.set(host, here);
      most.onOneHost = Math.max(most.onOneHost, here);
      most.inAll = Math.max(
        most.inAll,
        [...inFlight.values()].reduce((sum, each) => sum + each, 0),
      );
      const isLast = request.headers['proxy-authorization'] === `Basic ${LAST}`;
      if (isLast) answerLast = () => answer(host, response);
      else setTimeout(() => answer(host, response), ANSWER_MS);
      if (requests === expected) setTimeout(answerLast, 20 * ANSWER_MS);
    }),
  );
  await Promise.all(
    servers.map(
      (server, index) =>
        new Promise<void>((resolve) => server.listen(0, HOSTS[index] ?? '', resolve)),
    ),
  );
  const origins = servers.map((server) => server.address() as AddressInfo);
  return {
    lines(count) {
      expected += count;
      return Array.from({ length: count }, (_, index) => {
        const { address, port } = origins[Math.max(0, (index % 6) - 2)] as AddressInfo;
        return `http://session-${index}:secret@${address}:${port}`;
      });
    },
    most: () => most,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}
