import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

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
