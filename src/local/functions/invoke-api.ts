import type { IncomingMessage } from 'node:http';
import type { GuardOptions } from '../guard.ts';
import {
  decodeSegment,
  type HttpReply,
  jsonReply,
  type LoopbackServer,
  parseJson,
  readBody,
  serveOnLoopback,
} from '../http-server.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import { MAX_ASYNCHRONOUS_PAYLOAD_BYTES, MAX_SYNCHRONOUS_PAYLOAD_BYTES } from './invocation.ts';
import type { LocalFunction } from './local-function.ts';

/** AWS: "Lambda API reference", Invoke, request syntax. */
const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?.*)?$/;

export interface InvokeApiDependencies extends Pick<GuardOptions, 'accessKeyId'> {
  /** Finds a function by its name or ARN. */
  readonly findFunction: (nameOrArn: string) => LocalFunction | undefined;
  readonly asyncInvocations: AsyncInvocations;
}

/**
 * Serves the Invoke operation of the Lambda API, so that a function can invoke another one through
 * an unchanged AWS SDK (`AWS_ENDPOINT_URL_LAMBDA`).
 */
export function serveInvokeApi(dependencies: InvokeApiDependencies): Promise<LoopbackServer> {
  const { accessKeyId } = dependencies;
  return serveOnLoopback({ accessKeyId }, (request) => answer(request, dependencies));
}

async function answer(
  request: IncomingMessage,
  { findFunction, asyncInvocations }: InvokeApiDependencies,
): Promise<HttpReply> {
  const body = await readBody(request, MAX_SYNCHRONOUS_PAYLOAD_BYTES);
  const name = decodeSegment(INVOKE_PATH.exec(request.url ?? '')?.[1] ?? '');
  if (request.method !== 'POST' || name === '') {
    return failure(404, 'UnknownOperationException', 'only Invoke is served locally');
  }
  const target = findFunction(name);
  if (target === undefined) {
    return failure(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  }
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const limit = type === 'Event' ? MAX_ASYNCHRONOUS_PAYLOAD_BYTES : MAX_SYNCHRONOUS_PAYLOAD_BYTES;
  if (body === null || body.length > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
    return failure(413, 'RequestTooLargeException', message);
  }
  const payload = body.length === 0 ? '{}' : body.toString();
  if (parseJson(payload) === undefined) {
    const message = 'Could not parse request body into json.';
    return failure(400, 'InvalidRequestContentException', message);
  }
  if (type === 'DryRun') return { status: 204 };
  if (type === 'Event') {
    asyncInvocations.submit(target, payload);
    return { status: 202 };
  }
  return invokeNow(target, payload);
}

async function invokeNow(target: LocalFunction, payload: string): Promise<HttpReply> {
  const outcome = await target.invoke(payload);
  const headers = {
    'x-amz-executed-version': '$LATEST',
    'x-amzn-requestid': outcome.requestId,
  };
  return outcome.ok
    ? { status: 200, headers, body: outcome.payload }
    : jsonReply(200, outcome.error, { ...headers, 'x-amz-function-error': 'Unhandled' });
}

function failure(status: number, type: string, message: string): HttpReply {
  return jsonReply(status, { Type: 'User', Message: message }, { 'x-amzn-errortype': type });
}
