import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localAuthorization } from '../../src/local/credentials.ts';
import { type FixtureStack, startFixtureStack } from './support/fixture-stack.ts';

interface EchoedEvent {
  readonly routeKey: string;
  readonly isBase64Encoded: boolean;
}

let fixture: FixtureStack;

beforeAll(async () => {
  fixture = await startFixtureStack();
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

function call(path: string, init: RequestInit = {}) {
  const authorization = localAuthorization(fixture.stack.credentials);
  const headers = { authorization, ...init.headers };
  return fetch(`${fixture.stack.apiUrl}${path}`, { ...init, headers });
}

/** The status of a request whose path is sent as it is; `fetch` would follow a `..`. */
function statusOf(path: string, headers: Readonly<Record<string, string>> = {}) {
  const { hostname, port } = new URL(fixture.stack.apiUrl);
  return new Promise((resolve, reject) => {
    const authorization = localAuthorization(fixture.stack.credentials);
    const sent = request({ hostname, port, path, headers: { authorization, ...headers } });
    sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    sent.end();
  });
}

describe('an HTTP API', () => {
  it('hands a request to its function in payload format 2.0', async () => {
    const response = await call('/items/a%20b?x=1&y=2&x=3', {
      headers: { 'x-Custom': 'v', cookie: 'a=1; b=2', 'user-agent': 'test' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /items/{id}',
      rawPath: '/items/a%20b',
      rawQueryString: 'x=1&y=2&x=3',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-custom': 'v' },
      queryStringParameters: { x: '1,3', y: '2' },
      pathParameters: { id: 'a b' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        authorizer: { iam: { userId: 'local' } },
        http: { method: 'GET', path: '/items/a%20b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        stage: '$default',
      },
    });
  });

  it('has no route for a segment that is . or .., raw or encoded, and invokes nothing', async () => {
    const invoked = fixture.watcher.lines.length;
    for (const dots of ['.', '..', '%2e', '%2E%2e', '.%2E', '%2e.', '%252e%252e', '..%2f..']) {
      for (const path of [
        `/items/${dots}`,
        `/items/a/${dots}`,
        `/${dots}/items`,
        `/x/${dots}/items`,
      ]) {
        expect([path, await statusOf(path)]).toEqual([path, 404]);
      }
    }
    expect(fixture.watcher.lines).toHaveLength(invoked);
    expect(await statusOf('/items/...')).toBe(200);
  });

  it('prefers a fixed route to a parameter, and one segment to many', async () => {
    const keys = await Promise.all(
      [
        call('/items'),
        call('/items/1'),
        call('/items/1/x/y', { method: 'POST' }),
        call('/items/1', { method: 'DELETE' }),
      ].map(async (answer) => ((await (await answer).json()) as EchoedEvent).routeKey),
    );
    expect(keys).toEqual([
      'GET /items',
      'ANY /items/{id}',
      'POST /items/{id}/{rest+}',
      'ANY /items/{id}',
    ]);
  });

  it.each(['/', '/items/', '/item', '/items/1/x', '/items//x/y'])(
    'answers 404 to %s',
    async (path) => {
      expect((await call(path)).status).toBe(404);
    },
  );

  it('passes on text as it is and everything else in base64', async () => {
    const send = async (type: string, encoding?: string) => {
      const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
      const answer = await call('/items/1', { method: 'PUT', body: '{}', headers });
      return ((await answer.json()) as EchoedEvent).isBase64Encoded;
    };
    const text = ['application/json', 'text/csv', 'application/problem+json; charset=utf-8'];
    for (const type of text) expect([type, await send(type)]).toEqual([type, false]);
    for (const type of ['application/x-ndjson', 'application/gzip']) {
      expect([type, await send(type)]).toEqual([type, true]);
    }
    expect(await send('text/plain', 'gzip')).toBe(true);
  });

  it('answers with the reply of the function', async () => {
    const reply = {
      statusCode: 202,
      headers: { Location: '/items/7', 'X-Count': 3 },
      cookies: ['a=1', 'b=2'],
      body: Buffer.from('héllo').toString('base64'),
      isBase64Encoded: true,
    };
    const response = await call('/items/1', { method: 'PUT', body: JSON.stringify(reply) });
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe('/items/7');
    expect(response.headers.get('x-count')).toBe('3');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.text()).toBe('héllo');
  });

  it.each([
    ['throws', { do: 'fail' }],
    ['ends its process', { do: 'exit' }],
    ['answers nonsense', { statusCode: 'x' }],
  ])('answers 500 when the function %s', async (_, body) => {
    const response = await call('/items/1', { method: 'PUT', body: JSON.stringify(body) });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: 'Internal Server Error' });
  });

  it.each([
    ['10 MB', 10 * 1024 * 1024 + 1],
    ['the limit of a function', 6 * 1024 * 1024 + 1],
  ])('answers 413 to a body above %s', async (_, length) => {
    const response = await call('/items/1', { method: 'PUT', body: 'x'.repeat(length) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('base64') });
  });

  it('answers 413 to 4.6 MB that are not text, and takes as much text', async () => {
    const body = Buffer.alloc(4.6 * 1024 * 1024, ' ');
    const statusAs = async (type: string) =>
      (await call('/items/1', { method: 'PUT', body, headers: { 'content-type': type } })).status;
    expect(await statusAs('application/gzip')).toBe(413);
    expect(await statusAs('text/plain')).not.toBe(413);
  });

  it('refuses a page of another site and a foreign host name', async () => {
    expect((await call('/items', { headers: { origin: 'https://example.com' } })).status).toBe(403);
    expect((await call('/items', { headers: { origin: 'http://localhost:1234' } })).status).toBe(
      403,
    );
    expect(await statusOf('/items', { host: 'evil.example' })).toBe(403);
  });
});
