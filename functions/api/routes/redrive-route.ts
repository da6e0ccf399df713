import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ApiDependencies } from '../api-dependencies.ts';
import { type ApiReply, jsonReply } from '../reply/reply.ts';
import { noQuerySchema, parseQuery } from '../request/query-schemas.ts';
import type { ApiRequest } from '../request/request.ts';

/** `POST /redrive`: moves messages from the dead-letter queue back, a bounded number a call. */
export async function postRedrive(
  { redrive, telemetry: { logger, metrics } }: ApiDependencies,
  request: ApiRequest,
): Promise<ApiReply> {
  parseQuery(noQuerySchema, request);
  const outcome = await redrive();
  metrics.addMetric('MessagesRedriven', MetricUnit.Count, outcome.moved);
  logger.info('redrive', { ...outcome });
  return jsonReply(200, outcome);
}
