import { readFileSync } from 'node:fs';
import type { Message } from '@aws-sdk/client-sqs';

/** A request to the HTTP API, as its caller makes it. */
export interface HttpRequest {
  /** The route that matches, such as `PUT /pools/{pool}`. */
  readonly routeKey: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** API Gateway encodes a body that its content type does not call text. @default false */
  readonly isBase64Encoded?: boolean;
}

/** The event of a request, payload format 2.0. */
export function httpEvent({
  routeKey,
  pathParameters = {},
  headers = {},
  body,
  isBase64Encoded = false,
}: HttpRequest): unknown {
  const example = readExample('http-api-v2');
  const [method = '', route = ''] = routeKey.split(' ');
  const path = route.replace(/\{(\w+)\}/g, (_, name: string) => pathParameters[name] ?? '');
  const { queryStringParameters: _query, body: _body, ...rest } = example;
  return {
    ...rest,
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { ...example.headers, ...headers },
    requestContext: {
      ...example.requestContext,
      routeKey,
      http: { ...example.requestContext.http, method, path },
    },
    pathParameters,
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

/** The event of messages, with the attributes that SQS gave to each. */
export function sqsEvent(messages: readonly Message[], queueArn: string): unknown {
  const [example] = readExample('sqs').Records;
  return {
    Records: messages.map(({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }) => ({
      ...example,
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: { ...example.attributes, ...Attributes },
      md5OfBody: MD5OfBody,
      eventSourceARN: queueArn,
    })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: examples of every shape
function readExample(name: string): any {
  return JSON.parse(readFileSync(new URL(`./events/${name}.json`, import.meta.url), 'utf8'));
}
