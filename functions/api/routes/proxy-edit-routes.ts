import * as z from 'zod/mini';
import { NotFoundError } from '../../../src/errors.ts';
import { maxConcurrencySchema } from '../../../src/model/leasing-settings.ts';
import { removeProxy, setMaxConcurrency, setProxyStatus } from '../../../src/pools/edit-proxy.ts';
import { readProxyView } from '../../../src/pools/proxy-views.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { type ApiReply, jsonReply } from '../reply/reply.ts';
import { parseJsonBody, readBody } from '../request/json-body.ts';
import { addressOf } from '../request/proxy-address.ts';
import { noQuerySchema, parseQuery } from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

const patchSchema = z
  .strictObject({
    status: z.optional(z.enum(['banned', 'unknown'])),
    /** 1 to 100, or null: unlimited. */
    maxConcurrency: z.optional(maxConcurrencySchema),
  })
  .check(
    z.refine((edits) => Object.keys(edits).length > 0, 'must have status, maxConcurrency, or both'),
  );

/**
 * `PATCH /pools/{pool}/proxies/{id}`: bans a proxy, or lets the next verdict decide again; says how
 * many consumers may hold it at once.
 */
export async function patchProxy(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  const { status, maxConcurrency } = readBody(patchSchema, parseJsonBody(request.body));
  const proxy = { poolName: pool, proxyId: id };
  if (maxConcurrency !== undefined) {
    await setMaxConcurrency(dependencies, { ...proxy, maxConcurrency });
  }
  if (status !== undefined) await setProxyStatus(dependencies, { ...proxy, status });
  const view = await readProxyView(dependencies, pool, id);
  if (!view) throw new NotFoundError(`pool "${pool}" has no proxy ${id}`);
  return jsonReply(200, view);
}

/** `DELETE /pools/{pool}/proxies/{id}`: takes a proxy out of its pool; a new import brings it back. */
export async function deleteProxy(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  await removeProxy(dependencies, pool, id);
  return { statusCode: 204 };
}
