import { NotFoundError } from '../../../src/errors.ts';
import { parsePoolName } from '../../../src/model/pool.ts';
import { readProxyHistory } from '../../../src/pools/proxy-history.ts';
import { readProxyView, readProxyViews } from '../../../src/pools/proxy-views.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { type ApiReply, jsonReply } from '../reply/reply.ts';
import { addressOf } from '../request/proxy-address.ts';
import {
  historyQuerySchema,
  noQuerySchema,
  parseQuery,
  proxiesQuerySchema,
} from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

/** `GET /pools/{pool}/proxies`: the freshest view of a pool, page by page. */
export async function getProxies(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
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
}

/** `GET /pools/{pool}/proxies/{id}`: the freshest view of one proxy. */
export async function getProxy(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  const view = await readProxyView(dependencies, pool, id);
  if (!view) throw new NotFoundError(`pool "${pool}" has no proxy ${id}`);
  return jsonReply(200, view);
}

/** `GET /pools/{pool}/proxies/{id}/results`: what sweeps found about it, newest first. */
export async function getProxyHistory(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  const { limit, before } = parseQuery(historyQuerySchema, request);
  const { pool, id } = addressOf(request);
  const results = await readProxyHistory(dependencies, pool, id, {
    limit,
    ...(before !== undefined && { before }),
  });
  return jsonReply(200, { results });
}
