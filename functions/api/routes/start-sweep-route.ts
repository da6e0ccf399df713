import { MetricUnit } from '@aws-lambda-powertools/metrics';
import * as z from 'zod/mini';
import { POOL_NAME } from '../../../src/model/pool.ts';
import { type Sweep, SweepState } from '../../../src/model/sweep.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { createInlinePool, inlineListSchema, isInlineList } from '../inline-pool.ts';
import { type ApiReply, jsonReply } from '../reply/reply.ts';
import { readIdempotencyKey } from '../request/idempotency-key.ts';
import { parseJsonBody } from '../request/json-body.ts';
import { parseInput } from '../request/parse-input.ts';
import { noQuerySchema, parseQuery } from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

const poolSweepSchema = z.strictObject({
  pool: z.string().check(z.regex(POOL_NAME, 'must be the name of a pool')),
});

/**
 * `POST /sweeps`: starts a sweep of a pool, or of a list sent along, which becomes a pool that
 * expires. An `idempotency-key` header makes repetitions answer with the same sweep of a pool.
 */
export async function postSweep(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  parseQuery(noQuerySchema, request);
  const body = parseJsonBody(request.body);
  if (isInlineList(body)) {
    const list = parseInput(inlineListSchema, body);
    const { poolName, report } = await createInlinePool(dependencies, list);
    const sweep = await startSweep(dependencies, { poolName, trigger: 'manual' });
    return accept(dependencies, sweep, { list: report });
  }
  const { pool } = parseInput(poolSweepSchema, body);
  const sweep = await startSweep(dependencies, {
    poolName: pool,
    trigger: 'manual',
    ...readIdempotencyKey(request),
  });
  return accept(dependencies, sweep);
}

async function accept(
  dependencies: ApiDependencies,
  sweep: Sweep,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ApiReply> {
  await dispatch(dependencies, sweep);
  const { sweepId, poolName, bitCount, state } = sweep;
  return jsonReply(
    202,
    { sweepId, pool: poolName, batches: 2 ** bitCount, state, ...more },
    { location: `/sweeps/${sweepId}` },
  );
}

/** A sweep whose dispatch cannot be requested has started all the same: a tick will dispatch it. */
async function dispatch(
  { requestDispatch, telemetry }: ApiDependencies,
  { sweepId, state, dispatchedAt }: Sweep,
): Promise<void> {
  telemetry.metrics.addMetric('SweepsRequested', MetricUnit.Count, 1);
  if (state !== SweepState.running || dispatchedAt !== undefined) return;
  try {
    await requestDispatch(sweepId);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    telemetry.logger.warn('dispatch left to the tick', { sweepId, error: cause });
  }
}
