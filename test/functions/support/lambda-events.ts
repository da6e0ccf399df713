import type { APIGatewayProxyEventV2, Context, SQSEvent, SQSRecord } from 'aws-lambda';

/** An invocation's context; `remainingMs` is the time it has left. */
export function lambdaContext(remainingMs = 60_000): Context {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'test',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
    memoryLimitInMB: '512',
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    logGroupName: 'test',
    logStreamName: 'test',
    getRemainingTimeInMillis: () => remainingMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

export function sqsEvent(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) =>
      sqsRecord({ messageId: `message-${index}`, receiptHandle: `receipt-${index}`, body }),
    ),
  };
}

/** A record of a queue; `receives` is how often it has been received, this time included. */
export function sqsRecord({
  messageId,
  receiptHandle,
  body,
  receives = 1,
}: Pick<SQSRecord, 'messageId' | 'receiptHandle' | 'body'> & {
  readonly receives?: number;
}): SQSRecord {
  return {
    messageId,
    receiptHandle,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '1700000000000',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '1700000000001',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:batches',
    awsRegion: 'us-east-1',
  };
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the body is marked as base64. @default true for a buffer */
  readonly base64?: boolean;
}

/** An HTTP API event, payload format 2.0; a buffer travels as base64. */
export function httpEvent({
  method,
  target,
  body,
  headers = {},
  base64 = body instanceof Buffer,
}: HttpRequest): APIGatewayProxyEventV2 {
  const [path = '', search = ''] = target.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: search,
    headers: { host: 'api.test', ...headers },
    ...(search && { queryStringParameters: Object.fromEntries(new URLSearchParams(search)) }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'api.test',
      domainPrefix: 'api',
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'test',
      },
      requestId: 'request',
      routeKey: '$default',
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 1_767_225_600_000,
    },
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : body.toString('base64'),
    }),
    isBase64Encoded: base64,
  };
}
