import * as z from 'zod/mini';
import { NotFoundError } from '../../../src/errors.ts';
import { POOL_NAME } from '../../../src/model/pool.ts';
import { type Sweep, SweepState } from '../../../src/model/sweep.ts';
import { isSweepId } from '../../../src/model/sweep-id.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { readSweepResults } from '../../../src/sweeps/report/sweep-results.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { addCount, toError } from '../../telemetry.ts';
import type { ApiDependencies, RouteHandler } from '../api-dependencies.ts';
import { createInlinePool, inlineListSchema, isInlineList } from '../inline-pool.ts';
import { type ApiReply, csvReply, jsonReply, ndjsonReply, nextPageLink } from '../reply/reply.ts';
import { readIdempotencyKey } from '../request/idempotency-key.ts';
import { parseJsonBody, readBody } from '../request/json-body.ts';
import { noQuerySchema, parseQuery, resultsQuerySchema } from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

const poolSweepSchema = z.strictObject({
  pool: z.string().check(z.regex(POOL_NAME, 'must be the name of a pool')),
});

/**
 * `POST /sweeps`: starts a sweep of a pool, or of an inline list, which becomes a pool that
 * expires. A repetition with the same `idempotency-key` header gets the same sweep.
 */
export const postSweep: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  const key = readIdempotencyKey(request);
  const body = parseJsonBody(request.body);
  if (isInlineList(body)) {
    const list = readBody(inlineListSchema, body);
    const { idempotencyKey } = key;
    const { poolName, report } = await createInlinePool(dependencies, list, idempotencyKey);
    const sweep = await startSweep(dependencies, { poolName, trigger: 'manual', ...key });
    return accept(dependencies, sweep, { list: report });
  }
  const { pool } = readBody(poolSweepSchema, body);
  const sweep = await startSweep(dependencies, {
    poolName: pool,
    trigger: 'manual',
    ...key,
  });
  return accept(dependencies, sweep);
};

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

/** Requests the dispatch of a sweep that has started; if that fails, a tick dispatches it. */
async function dispatch(
  { requestDispatch, telemetry }: ApiDependencies,
  { sweepId, state, dispatchedAt }: Sweep,
): Promise<void> {
  addCount(telemetry.metrics, 'SweepsRequested', 1);
  if (state !== SweepState.running || dispatchedAt !== undefined) return;
  try {
    await requestDispatch(sweepId);
  } catch (error) {
    telemetry.logger.warn('dispatch left to the tick', { sweepId, error: toError(error) });
  }
}

/** `POST /redrive`: moves messages from the dead-letter queue back, a bounded number per call. */
export const postRedrive: RouteHandler = async (
  { redrive, telemetry: { logger, metrics } },
  request,
) => {
  parseQuery(noQuerySchema, request);
  const outcome = await redrive();
  addCount(metrics, 'MessagesRedriven', outcome.moved);
  logger.info('redrive', { ...outcome });
  return jsonReply(200, outcome);
};

/** `GET /sweeps/{id}`: progress and outcome. */
export const getSweep: RouteHandler = async (dependencies, request) => {
  parseQuery(noQuerySchema, request);
  return jsonReply(200, await readSweepReport(dependencies, sweepIdOf(request.params)));
};

/** `GET /sweeps/{id}/results`: what the sweep has found so far, page by page. */
export const getSweepResults: RouteHandler = async (dependencies, request) => {
  const { format, status, cursor, limit } = parseQuery(resultsQuerySchema, request);
  const { results, next } = await readSweepResults(dependencies, sweepIdOf(request.params), {
    limit,
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor }),
  });
  if (format === 'json') return jsonReply(200, { results, next });
  const link = next === undefined ? {} : { link: nextPageLink(request, next) };
  return format === 'csv' ? csvReply(results, link) : ndjsonReply(results, link);
};

/** A malformed id names no sweep. */
function sweepIdOf({ id = '' }: ApiRequest['params']): string {
  if (isSweepId(id)) return id;
  throw new NotFoundError(`there is no sweep ${JSON.stringify(id.slice(0, 80))}`);
}
