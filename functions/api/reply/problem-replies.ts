import type middy from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { addCount, type Telemetry } from '../../telemetry.ts';
import { isCallersProblem, toProblemReply } from './problem.ts';

/** Answers every error with a problem document; logs those that the caller cannot fix. */
export function problemReplies({
  logger,
  metrics,
}: Telemetry): middy.MiddlewareObj<
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Error,
  Context
> {
  return {
    onError: (request) => {
      const error = request.error ?? new Error('unknown error');
      if (!isCallersProblem(error)) {
        addCount(metrics, 'ServerErrors', 1);
        logger.error('request failed', { routeKey: request.event.routeKey, error });
      }
      request.response = toProblemReply(error);
    },
  };
}
