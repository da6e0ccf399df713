import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { InvalidInputError } from '../../../src/errors.ts';
import { tooLarge } from '../reply/problem.ts';

/** The most bytes of text in one request. Lambda takes 6 MB per invocation, wrapping included. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** The same for what is not text: it comes as base64, which makes four bytes of three. */
const MAX_BINARY_BODY_BYTES = Math.floor(4.4 * 1024 * 1024);

/** A request as the routes see it. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** The parts of the path that the route names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Decodes an event of an HTTP API (payload format 2.0).
 *
 * @throws {InvalidInputError} when the body or the path cannot be decoded
 * @throws {HttpProblem} 413 when the body is too large
 */
export function decodeRequest(event: APIGatewayProxyEventV2): ApiRequest {
  return {
    method: event.requestContext.http.method,
    path: event.requestContext.http.path,
    params: decodeParams(event.pathParameters ?? {}),
    query: definedOnly(event.queryStringParameters ?? {}),
    headers: definedOnly(event.headers),
    body: decodeBody(event),
  };
}

function decodeBody({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  if (isBase64Encoded && !isBase64(body)) {
    throw new InvalidInputError('the body is marked as base64 but is not');
  }
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const most = isBase64Encoded ? MAX_BINARY_BODY_BYTES : MAX_BODY_BYTES;
  if (bytes.length > most) {
    const what = isBase64Encoded ? ' when they are not text, which travels as base64' : '';
    throw tooLarge(
      `the body has ${bytes.length} bytes; at most ${most} fit one request${what}; import ` +
        'longer lists in parts with POST /pools/{pool}/proxies; importing twice changes nothing',
    );
  }
  return bytes;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function decodeParams(params: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(definedOnly(params)).map(([name, value]) => [name, decodeParam(value)]),
  );
}

function decodeParam(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new InvalidInputError('the path has a broken percent-encoding');
  }
}

function definedOnly(record: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
