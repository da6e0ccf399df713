import { NotFoundError } from '../../../src/errors.ts';
import { type Pool, parsePoolName } from '../../../src/model/pool.ts';
import { readDeletionProgress } from '../../../src/pools/continue-deletions.ts';
import { putPool as storePool } from '../../../src/pools/put-pool.ts';
import { requireAnyPool } from '../../../src/pools/require-pool.ts';
import { readSweepReport, type SweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { deletePool as markPool } from '../../../src/sweeps/start/delete-pool.ts';
import type { ApiDependencies, RouteHandler } from '../api-dependencies.ts';
import { refuseHiddenValues, viewPool, viewPoolWithSweep } from '../reply/pool-view.ts';
import { jsonReply } from '../reply/reply.ts';
import { parseJsonBody } from '../request/json-body.ts';
import { noQuerySchema, parseQuery, poolsQuerySchema } from '../request/query-schemas.ts';

/** `PUT /pools/{pool}`: makes a pool, or replaces its policy and schedule. */
export const putPool: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const name = parsePoolName(request.params.pool ?? '');
  const policy = parseJsonBody(request.body);
  refuseHiddenValues(policy);
  const { pool, created } = await storePool(dependencies, name, policy);
  return jsonReply(created ? 201 : 200, viewPool(pool), created ? { location: request.path } : {});
};

/** `GET /pools`: every pool by name, page by page. */
export const listPools: RouteHandler = async ({ storage }, request) => {
  const { cursor = '', limit } = parseQuery(poolsQuerySchema, request);
  const pools: Pool[] = [];
  for await (const pool of storage.pools.list()) {
    if (pool.poolName > cursor) pools.push(pool);
  }
  pools.sort((a, b) => (a.poolName < b.poolName ? -1 : 1));
  const page = pools.slice(0, limit);
  const next = pools.length > limit ? page.at(-1)?.poolName : undefined;
  return jsonReply(200, { pools: page.map(viewPool), next });
};

/** `GET /pools/{pool}`: policy, schedule and what the last sweep found. */
export const getPool: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const name = parsePoolName(request.params.pool ?? '');
  const pool = await requireAnyPool(dependencies.storage, name);
  const lastSweep = pool.lastSweepId ? await findReport(dependencies, pool.lastSweepId) : null;
  const deletionProgress = await readDeletionProgress(dependencies.storage, pool);
  return jsonReply(200, { ...viewPoolWithSweep(pool, lastSweep), deletionProgress });
};

/** `DELETE /pools/{pool}`: marks a pool for deletion; ticks do the rest. */
export const deletePool: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const pool = await markPool(dependencies, parsePoolName(request.params.pool ?? ''));
  return jsonReply(202, viewPool(pool), { location: request.path });
};

/** The report of a sweep; null when it has expired. */
async function findReport(
  dependencies: ApiDependencies,
  sweepId: string,
): Promise<SweepReport | null> {
  try {
    return await readSweepReport(dependencies, sweepId);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
