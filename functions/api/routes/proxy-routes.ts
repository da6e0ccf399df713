import * as z from 'zod/mini';
import { maxConcurrencySchema } from '../../../src/model/leasing-settings.ts';
import { parsePoolName } from '../../../src/model/pool.ts';
import { removeProxy, setMaxConcurrency, setProxyStatus } from '../../../src/pools/edit-proxy.ts';
import { readProxyHistory } from '../../../src/pools/proxy-history.ts';
import { readProxyView, readProxyViews } from '../../../src/pools/proxy-views.ts';
import { noSuchProxy } from '../../../src/pools/require-pool.ts';
import type { ApiDependencies, RouteHandler } from '../api-dependencies.ts';
import { type ApiReply, jsonReply } from '../reply/reply.ts';
import { parseJsonBody, readBody } from '../request/json-body.ts';
import { addressOf } from '../request/proxy-address.ts';
import {
  historyQuerySchema,
  noQuerySchema,
  parseQuery,
  proxiesQuerySchema,
} from '../request/query-schemas.ts';

const patchSchema = z
  .strictObject({
    status: z.optional(z.enum(['banned', 'unknown'])),
    /** 1 to 100; null when unlimited. */
    maxConcurrency: z.optional(maxConcurrencySchema),
  })
  .check(
    z.refine((edits) => Object.keys(edits).length > 0, 'must have status, maxConcurrency, or both'),
  );

/** `GET /pools/{pool}/proxies`: the freshest view of a pool, page by page. */
export const getProxies: RouteHandler = async (dependencies, request) => {
  const { limit, ...query } = parseQuery(proxiesQuerySchema, request);
  const pool = parsePoolName(request.params.pool ?? '');
  const { status, country, cursor } = query;
  const page = await readProxyViews(dependencies, pool, {
    limit,
    ...(status !== undefined && { status }),
    ...(country !== undefined && { country }),
    ...(cursor !== undefined && { cursor }),
  });
  return jsonReply(200, page);
};

/** `GET /pools/{pool}/proxies/{id}`: the freshest view of one proxy. */
export const getProxy: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  return answerWithView(dependencies, pool, id);
};

/** `GET /pools/{pool}/proxies/{id}/results`: what sweeps found about it, newest first. */
export const getProxyHistory: RouteHandler = async (dependencies, request) => {
  const { limit, before } = parseQuery(historyQuerySchema, request);
  const { pool, id } = addressOf(request);
  const page = await readProxyHistory(dependencies, pool, id, {
    limit,
    ...(before !== undefined && { before }),
  });
  return jsonReply(200, page);
};

/**
 * `PATCH /pools/{pool}/proxies/{id}`: bans a proxy, or lets the next verdict decide again; sets how
 * many consumers may hold it at once.
 */
export const patchProxy: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  const { status, maxConcurrency } = readBody(patchSchema, parseJsonBody(request.body));
  const proxy = { poolName: pool, proxyId: id };
  if (maxConcurrency !== undefined) {
    await setMaxConcurrency(dependencies, { ...proxy, maxConcurrency });
  }
  if (status !== undefined) await setProxyStatus(dependencies, { ...proxy, status });
  return answerWithView(dependencies, pool, id);
};

/** `DELETE /pools/{pool}/proxies/{id}`: removes a proxy; a new import brings it back. */
export const deleteProxy: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  await removeProxy(dependencies, pool, id);
  return { statusCode: 204 };
};

async function answerWithView(
  dependencies: ApiDependencies,
  pool: string,
  id: string,
): Promise<ApiReply> {
  const view = await readProxyView(dependencies, pool, id);
  if (!view) throw noSuchProxy(pool, id);
  return jsonReply(200, view);
}
