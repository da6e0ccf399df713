import type { Clock } from '../../clock.ts';
import { type InvocationOutcome, MAX_SYNCHRONOUS_PAYLOAD_BYTES } from '../functions/invocation.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import type { GuardOptions } from '../guard.ts';
import {
  type HttpReply,
  jsonReply,
  type LoopbackServer,
  readBody,
  readTarget,
  serveOnLoopback,
} from '../http-server.ts';
import { functionReply } from './function-reply.ts';
import type { HttpApiSettings } from './http-api-settings.ts';
import { requestEvent } from './request-event.ts';
import { compileRoutes, type RouteMatch } from './route-table.ts';

/** AWS: "HTTP API quotas", payload size. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface LocalHttpApiOptions extends Pick<GuardOptions, 'accessKeyId'> {
  readonly settings: HttpApiSettings;
  readonly findFunction: (nameOrArn: string) => LocalFunction | undefined;
  readonly clock: Clock;
  /** The port to listen on; 0 takes a free one. */
  readonly port: number;
}

/**
 * Serves the stack's HTTP API, which turns each request into an event for its route's function. In
 * the cloud IAM asks each caller for a signature. Here the user's own programs need none, so that
 * `curl` can call the API; others need the stack's key.
 */
export function serveHttpApi(options: LocalHttpApiOptions): Promise<LoopbackServer> {
  const { settings, accessKeyId, port } = options;
  const findRoute = compileRoutes(settings.routes);
  return serveOnLoopback({ port, accessKeyId, opensToOwner: true }, async (request) => {
    const receivedAtMs = options.clock.now();
    const target = readTarget(request);
    const body = await readBody(request, MAX_BODY_BYTES);
    const match = findRoute(request.method ?? '', target.path);
    if (match === null) return jsonReply(404, { message: 'Not Found' });
    if (body === null) return tooLong();
    const { apiId } = settings;
    const event = requestEvent({ request, ...target, body, match, apiId, receivedAtMs });
    return answerWith(event, match, options);
  });
}

async function answerWith(
  event: string,
  { route }: RouteMatch,
  { findFunction }: LocalHttpApiOptions,
): Promise<HttpReply> {
  const target = findFunction(route.functionArn);
  if (target === undefined) return jsonReply(500, { message: 'Internal Server Error' });
  if (Buffer.byteLength(event) > MAX_SYNCHRONOUS_PAYLOAD_BYTES) return tooLong();
  const outcome = await withTimeout(target.invoke(event), route.timeoutMs);
  if (outcome === null) return jsonReply(503, { message: 'Service Unavailable' });
  return outcome.ok
    ? functionReply(outcome.payload)
    : jsonReply(500, { message: 'Internal Server Error' });
}

/** In the cloud the API answers with the message alone. */
function tooLong(): HttpReply {
  return jsonReply(413, {
    message: 'Request Entity Too Large',
    detail:
      'a function takes 6 MB per call: about 5 MB of text, or 4.4 MB of anything else, such as ' +
      'gzip, which travels as base64; send a longer list in parts',
  });
}

async function withTimeout(
  invocation: Promise<InvocationOutcome>,
  timeoutMs: number,
): Promise<InvocationOutcome | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), timeoutMs);
  return Promise.race([invocation, promise]).finally(() => clearTimeout(timer));
}
