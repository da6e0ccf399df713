import type * as z from 'zod';
import type { ResultRecord } from '../../../model/result-record.ts';
import { pathOf } from '../../../path-segments.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';
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

/** Entries asked for per page: the most the API gives. */
const PAGE_SIZE = 5_000;

interface ImportRequestOptions {
  /** Whether the answer tells the id of each proxy. */
  readonly lines: boolean;
  readonly maxConcurrency: number | 'unlimited' | undefined;
  readonly signal: AbortSignal;
}

/** The routes of the API that the command line uses, except those of leases. */
export class LighthouseApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  putPool(poolName: string, policy: unknown): Promise<PoolView> {
    const path = pathOf`/pools/${poolName}`;
    return this.#client.ask({ method: 'PUT', path, json: policy }, poolViewSchema);
  }

  getPool(poolName: string): Promise<PoolView> {
    return this.#client.ask({ method: 'GET', path: pathOf`/pools/${poolName}` }, poolViewSchema);
  }

  deletePool(poolName: string): Promise<PoolView> {
    return this.#client.ask({ method: 'DELETE', path: pathOf`/pools/${poolName}` }, poolViewSchema);
  }

  async *listPools(): AsyncGenerator<PoolView> {
    const pages = this.#pages({ method: 'GET', path: '/pools' }, poolListSchema);
    for await (const { pools } of pages) yield* pools;
  }

  importEntries(
    poolName: string,
    ndjson: string,
    { lines, maxConcurrency, signal }: ImportRequestOptions,
  ): Promise<ImportAnswer> {
    const request = {
      method: 'POST',
      path: pathOf`/pools/${poolName}/proxies`,
      query: { lines: lines ? 'true' : undefined, maxConcurrency },
      text: { body: ndjson, contentType: 'application/x-ndjson' },
      signal,
    } as const;
    return this.#client.ask(request, importAnswerSchema);
  }

  startSweep(poolName: string): Promise<SweepStarted> {
    const request = { method: 'POST', path: '/sweeps', json: { pool: poolName } } as const;
    return this.#client.ask(request, sweepStartedSchema);
  }

  getSweep(sweepId: string): Promise<SweepReply> {
    return this.#client.ask({ method: 'GET', path: pathOf`/sweeps/${sweepId}` }, sweepReplySchema);
  }

  /** Reads the stored results of a sweep, or only those of one status. */
  async *readResults(sweepId: string, status?: string): AsyncGenerator<ResultRecord> {
    let cursor: string | undefined;
    do {
      const request = {
        method: 'GET',
        path: pathOf`/sweeps/${sweepId}/results`,
        query: { status, cursor, format: 'ndjson', limit: PAGE_SIZE },
      } as const;
      const { body, nextUrl } = await this.#client.send(request);
      for (const line of body.split('\n')) {
        if (line) yield JSON.parse(line) as ResultRecord;
      }
      cursor = cursorOf(nextUrl);
    } while (cursor !== undefined);
  }

  /** Moves some messages from the dead-letter queue back; `more` says to call again. */
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

  /** @param maxConcurrency null when unlimited */
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
    const query = { ...filter, limit: 1_000 };
    const path = pathOf`/pools/${poolName}/proxies`;
    const pages = this.#pages({ method: 'GET', path, query }, proxyPageSchema);
    for await (const { proxies } of pages) yield* proxies;
  }

  async *#pages<Page extends { readonly next?: string | undefined }>(
    request: ApiRequest,
    schema: z.ZodType<Page>,
  ): AsyncGenerator<Page> {
    let cursor: string | undefined;
    do {
      const query = { ...request.query, cursor };
      const page = await this.#client.ask({ ...request, query }, schema);
      yield page;
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

function proxyPath(poolName: string, proxyId: string): string {
  return pathOf`/pools/${poolName}/proxies/${proxyId}`;
}

function cursorOf(nextUrl: string | null): string | undefined {
  if (nextUrl === null) return undefined;
  return new URL(nextUrl, 'http://api').searchParams.get('cursor') ?? undefined;
}
