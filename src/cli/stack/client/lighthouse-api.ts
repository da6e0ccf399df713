import type { ResultRecord } from '../../../model/result-record.ts';
import type { ApiClient } from './api-client.ts';
import {
  type ImportAnswer,
  importAnswerSchema,
  type PoolView,
  type ProxyReply,
  poolListSchema,
  poolViewSchema,
  proxyPageSchema,
  proxyViewSchema,
  type RedriveAnswer,
  redriveAnswerSchema,
  type SweepReply,
  type SweepStarted,
  sweepReplySchema,
  sweepStartedSchema,
} from './api-schemas.ts';

/** Entries per page asked for; the API's largest. */
const PAGE_SIZE = 5_000;

/** The routes of the API the command line uses. */
export class LighthouseApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  putPool(poolName: string, policy: unknown): Promise<PoolView> {
    const path = poolPath(poolName);
    return this.#client.ask({ method: 'PUT', path, json: policy }, poolViewSchema);
  }

  getPool(poolName: string): Promise<PoolView> {
    return this.#client.ask({ method: 'GET', path: poolPath(poolName) }, poolViewSchema);
  }

  deletePool(poolName: string): Promise<PoolView> {
    return this.#client.ask({ method: 'DELETE', path: poolPath(poolName) }, poolViewSchema);
  }

  async *listPools(): AsyncGenerator<PoolView> {
    let cursor: string | undefined;
    do {
      const request = { method: 'GET', path: '/pools', query: { cursor } } as const;
      const { pools, next } = await this.#client.ask(request, poolListSchema);
      yield* pools;
      cursor = next;
    } while (cursor !== undefined);
  }

  importEntries(
    poolName: string,
    ndjson: string,
    maxConcurrency?: number | 'unlimited',
  ): Promise<ImportAnswer> {
    const request = {
      method: 'POST',
      path: `${poolPath(poolName)}/proxies`,
      query: { lines: 'true', maxConcurrency },
      text: { body: ndjson, contentType: 'application/x-ndjson' },
    } as const;
    return this.#client.ask(request, importAnswerSchema);
  }

  startSweep(poolName: string): Promise<SweepStarted> {
    const request = { method: 'POST', path: '/sweeps', json: { pool: poolName } } as const;
    return this.#client.ask(request, sweepStartedSchema);
  }

  getSweep(sweepId: string): Promise<SweepReply> {
    return this.#client.ask({ method: 'GET', path: sweepPath(sweepId) }, sweepReplySchema);
  }

  /** Every result of a sweep, or those of one status, as stored. */
  async *readResults(sweepId: string, status?: string): AsyncGenerator<ResultRecord> {
    let cursor: string | undefined;
    do {
      const request = {
        method: 'GET',
        path: `${sweepPath(sweepId)}/results`,
        query: { status, cursor, format: 'ndjson', limit: PAGE_SIZE },
      } as const;
      const { body, nextUrl } = await this.#client.send(request);
      for (const line of body.split('\n')) {
        if (line) yield JSON.parse(line) as ResultRecord;
      }
      cursor = cursorOf(nextUrl);
    } while (cursor !== undefined);
  }

  /** Moves a bounded number of messages from the dead-letter queue back; `more`: call again. */
  redrive(): Promise<RedriveAnswer> {
    return this.#client.ask({ method: 'POST', path: '/redrive' }, redriveAnswerSchema);
  }

  setProxyStatus(
    poolName: string,
    proxyId: string,
    status: 'banned' | 'unknown',
  ): Promise<ProxyReply> {
    const path = proxyPath(poolName, proxyId);
    return this.#client.ask({ method: 'PATCH', path, json: { status } }, proxyViewSchema);
  }

  /** @param maxConcurrency null: unlimited */
  setMaxConcurrency(
    poolName: string,
    proxyId: string,
    maxConcurrency: number | null,
  ): Promise<ProxyReply> {
    const path = proxyPath(poolName, proxyId);
    return this.#client.ask({ method: 'PATCH', path, json: { maxConcurrency } }, proxyViewSchema);
  }

  async deleteProxy(poolName: string, proxyId: string): Promise<void> {
    await this.#client.send({ method: 'DELETE', path: proxyPath(poolName, proxyId) });
  }

  async *readProxies(
    poolName: string,
    filter: { readonly status?: string | undefined; readonly country?: string | undefined },
  ): AsyncGenerator<ProxyReply> {
    let cursor: string | undefined;
    do {
      const request = {
        method: 'GET',
        path: `${poolPath(poolName)}/proxies`,
        query: { ...filter, cursor, limit: 1_000 },
      } as const;
      const { proxies, next } = await this.#client.ask(request, proxyPageSchema);
      yield* proxies;
      cursor = next;
    } while (cursor !== undefined);
  }
}

/** The path of a pool's routes. */
export function poolPath(poolName: string): string {
  return `/pools/${encodeURIComponent(poolName)}`;
}

function proxyPath(poolName: string, proxyId: string): string {
  return `${poolPath(poolName)}/proxies/${encodeURIComponent(proxyId)}`;
}

function sweepPath(sweepId: string): string {
  return `/sweeps/${encodeURIComponent(sweepId)}`;
}

function cursorOf(nextUrl: string | null): string | undefined {
  if (nextUrl === null) return undefined;
  return new URL(nextUrl, 'http://api').searchParams.get('cursor') ?? undefined;
}
