import * as z from 'zod/mini';
import { NotFoundError } from '../../src/errors.ts';
import { removeProxy, setProxyStatus } from '../../src/sweeps/edit-proxy.ts';
import { readProxyView } from '../../src/sweeps/proxy-views.ts';
import type { ApiDependencies } from './api-dependencies.ts';
import { parseJsonBody } from './json-body.ts';
import { parseInput } from './parse-input.ts';
import { addressOf } from './proxy-address.ts';
import { noQuerySchema, parseQuery } from './query-schemas.ts';
import { type ApiReply, jsonReply } from './reply.ts';
import type { ApiRequest } from './request.ts';

const patchSchema = z.strictObject({ status: z.enum(['banned', 'unknown']) });

/** `PATCH /pools/{pool}/proxies/{id}`: bans a proxy, or lets the next verdict decide again. */
export async function patchProxy(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  parseQuery(noQuerySchema, request);
  const { pool, id } = addressOf(request);
  const { status } = parseInput(patchSchema, parseJsonBody(request.body));
  await setProxyStatus(dependencies, { poolName: pool, proxyId: id, status });
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
