import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LOCAL_ACCOUNT } from '../template/physical-names.ts';
import type { RouteMatch } from './route-table.ts';

/** The content types whose bodies API Gateway passes on as text; others arrive in base64. */
const TEXT =
  /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|[^;]+\+(json|xml))\b)/i;

export interface ReceivedRequest {
  readonly request: IncomingMessage;
  /** As it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly match: RouteMatch;
  readonly apiId: string;
  readonly receivedAtMs: number;
}

/** The event of a request in payload format 2.0. AWS: "Lambda integrations for HTTP APIs". */
export function requestEvent(received: ReceivedRequest): string {
  const { request, path, query, body, match } = received;
  // The signature has the stack's key, which is no concern of the function's.
  const { cookie, authorization, ...headers } = request.headers;
  const parameters = [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]);
  return JSON.stringify({
    version: '2.0',
    routeKey: match.route.routeKey,
    rawPath: path,
    rawQueryString: request.url?.split('?').slice(1).join('?') ?? '',
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : value,
      ]),
    ),
    ...(parameters.length === 0 ? {} : { queryStringParameters: Object.fromEntries(parameters) }),
    requestContext: requestContext(received),
    ...(Object.keys(match.pathParameters).length === 0
      ? {}
      : { pathParameters: match.pathParameters }),
    ...encodeBody(body, request),
  });
}

function requestContext({ request, path, match, apiId, receivedAtMs }: ReceivedRequest) {
  const host = request.headers.host ?? '';
  return {
    accountId: LOCAL_ACCOUNT,
    apiId,
    ...(match.route.authorization === 'AWS_IAM' ? { authorizer: { iam: LOCAL_CALLER } } : {}),
    domainName: host,
    domainPrefix: host.split('.')[0],
    http: {
      method: request.method,
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey: match.route.routeKey,
    stage: '$default',
    time: new Date(receivedAtMs).toUTCString(),
    timeEpoch: receivedAtMs,
  };
}

/** The caller that stands in for one whose signature AWS would check. */
const LOCAL_CALLER = {
  accessKey: 'local',
  accountId: LOCAL_ACCOUNT,
  callerId: 'local',
  cognitoIdentity: null,
  principalOrgId: null,
  userArn: `arn:aws:iam::${LOCAL_ACCOUNT}:user/local`,
  userId: 'local',
} as const;

function encodeBody(body: Buffer, { headers }: IncomingMessage) {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText =
    headers['content-encoding'] === undefined && TEXT.test(headers['content-type'] ?? 'text/plain');
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}
