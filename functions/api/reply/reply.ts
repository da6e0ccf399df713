import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ApiRequest } from '../request/request.ts';

/** What a route answers. */
export type ApiReply = APIGatewayProxyStructuredResultV2;

/** A JSON answer; `undefined` fields are left out. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiReply {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** The `Link` header (RFC 8288) to the page that begins after `cursor`. */
export function nextPageLink({ path, query }: ApiRequest, cursor: string): string {
  return `<${path}?${new URLSearchParams({ ...query, cursor })}>; rel="next"`;
}
