import { NotFoundError } from '../../../src/errors.ts';
import { isSweepId } from '../../../src/model/sweep-id.ts';
import { readSweepReport } from '../../../src/sweeps/report/sweep-report.ts';
import { readSweepResults } from '../../../src/sweeps/report/sweep-results.ts';
import type { ApiDependencies } from '../api-dependencies.ts';
import { type ApiReply, jsonReply, nextPageLink } from '../reply/reply.ts';
import { toCsv, toNdjson } from '../reply/result-formats.ts';
import { parseQuery, resultsQuerySchema } from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

/** `GET /sweeps/{id}`: progress and outcome. */
export async function getSweep(
  dependencies: ApiDependencies,
  { params }: ApiRequest,
): Promise<ApiReply> {
  return jsonReply(200, await readSweepReport(dependencies, sweepIdOf(params)));
}

/** `GET /sweeps/{id}/results`: what the sweep has found so far, page by page. */
export async function getSweepResults(
  dependencies: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  const { format, status, cursor, limit } = parseQuery(resultsQuerySchema, request);
  const { results, next } = await readSweepResults(dependencies, sweepIdOf(request.params), {
    limit,
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor }),
  });
  if (format === 'json') return jsonReply(200, { results, next });
  const link = next === undefined ? {} : { link: nextPageLink(request, next) };
  return format === 'csv'
    ? textReply('text/csv; charset=utf-8', toCsv(results), link)
    : textReply('application/x-ndjson', toNdjson(results), link);
}

function textReply(
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): ApiReply {
  return { statusCode: 200, headers: { 'content-type': contentType, ...headers }, body };
}

/** What has not the form of a sweep id names no sweep. */
function sweepIdOf({ id = '' }: ApiRequest['params']): string {
  if (isSweepId(id)) return id;
  throw new NotFoundError(`there is no sweep ${JSON.stringify(id.slice(0, 80))}`);
}
