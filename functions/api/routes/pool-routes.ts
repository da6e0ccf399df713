import { NotFoundError } from '../../../src/errors.ts';
import { PageBudget } from '../../../src/model/page-budget.ts';
import { type Pool, parsePoolName } from '../../../src/model/pool.ts';
import { readDeletionProgress } from '../../../src/pools/continue-deletions.ts';
import { readPolicy } from '../../../src/pools/policy-versions.ts';
import { withoutCa } from '../../../src/pools/pool-policy.ts';
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

/**
 * `GET /pools`: the pools by name, page by page, without those of inline lists. CA bundles are
 * left out; `GET /pools/{pool}` shows them.
 */
export const listPools: RouteHandler = async ({ storage }, request) => {
  const { cursor, limit } = parseQuery(poolsQuerySchema, request);
  const pools: ReturnType<typeof viewPool>[] = [];
  const budget = new PageBudget(limit);
  const query = { wanted: limit + 1, ...(cursor !== undefined && { after: cursor }) };
  for await (const pool of storage.pools.listByName(query)) {
    // A pool of an earlier version has its CA bundle with its policy.
    const view = viewPool({ ...pool, ...withoutCa(pool) });
    const last = pools.at(-1);
    if (!budget.takes(view) && last) return jsonReply(200, { pools, next: last.pool });
    pools.push(view);
  }
  return jsonReply(200, { pools });
};

/** `GET /pools/{pool}`: policy, schedule and what the last sweep found. */
export const getPool: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const name = parsePoolName(request.params.pool ?? '');
  const pool = await requireAnyPool(dependencies.storage, name);
  const policy = await readPolicy(dependencies.storage, pool);
  const lastSweep = pool.lastSweepId
    ? await findReport(dependencies, pool, pool.lastSweepId)
    : null;
  const deletionProgress = await readDeletionProgress(dependencies.storage, pool);
  const view = viewPoolWithSweep({ ...pool, ...policy }, lastSweep);
  return jsonReply(200, { ...view, deletionProgress });
};

/** `DELETE /pools/{pool}`: marks a pool for deletion; ticks do the rest. */
export const deletePool: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const pool = await markPool(dependencies, parsePoolName(request.params.pool ?? ''));
  return jsonReply(202, viewPool(pool), { location: request.path });
};

/** The report of a pool's sweep; null when it has expired or is another pool's. */
async function findReport(
  dependencies: ApiDependencies,
  { poolName }: Pool,
  sweepId: string,
): Promise<SweepReport | null> {
  try {
    const report = await readSweepReport(dependencies, sweepId);
    return report.poolName === poolName ? report : null;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
