import middy from '@middy/core';
import httpRouter from '@middy/http-router';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { telemetryMiddlewares } from '../telemetry.ts';
import type { ApiDependencies } from './api-dependencies.ts';
import { refuseDotSegments, refuseUnknownRoute } from './refuse-route.ts';
import { problemReplies } from './reply/problem-replies.ts';
import { decodeRequest } from './request/request.ts';
import { ROUTE_KEYS, splitRouteKey } from './route-keys.ts';
import { ROUTES } from './routes.ts';

/** Answers the HTTP API: decodes the request, calls the route, encodes errors as problems. */
export function createApiHandler(dependencies: ApiDependencies) {
  const routes = ROUTE_KEYS.map((routeKey) => ({
    ...splitRouteKey(routeKey),
    handler: (event: APIGatewayProxyEventV2) =>
      ROUTES[routeKey](dependencies, decodeRequest(event)),
  }));
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context>()
    .use(telemetryMiddlewares(dependencies.telemetry))
    .use(problemReplies(dependencies.telemetry))
    .before(({ event }) => refuseDotSegments(event))
    .handler(httpRouter({ routes, notFoundResponse: refuseUnknownRoute }));
}
