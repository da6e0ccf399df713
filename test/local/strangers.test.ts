import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalCredentials, localAuthorization } from '../../src/local/credentials.ts';
import type { LocalStack } from '../../src/local/local-stack.ts';
import { FIXTURE_STACK } from './support/fixture-assembly.ts';
import { type FixtureStack, startFixtureStack } from './support/fixture-stack.ts';

const ENDPOINTS = ['dynamodb', 'sqs', 'lambda', 'eventbridge', 'api'] as const;
type Endpoint = (typeof ENDPOINTS)[number];
type Headers = Readonly<Record<string, string>>;

let fixture: FixtureStack;
/** What a program that knows the key sends, per endpoint; each of them does something. */
let calls: Readonly<Record<Endpoint, Call>>;

interface Call {
  readonly url: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

beforeAll(async () => {
  fixture = await startFixtureStack();
  const { endpoints, apiUrl, credentials, queueUrls } = fixture.stack;
  const authorization = localAuthorization(credentials);
  const json = (target: string, version: string) => ({
    ...{ authorization, 'x-amz-date': '20260101T000000Z', 'x-amz-target': target },
    'content-type': `application/x-amz-json-${version}`,
  });
  const entry = { EventBusName: 'none', Source: 's', DetailType: 't', Detail: '{}' };
  calls = {
    dynamodb: {
      url: endpoints.dynamodb,
      path: '/',
      headers: json('DynamoDB_20120810.ListTables', '1.0'),
      body: '{}',
    },
    sqs: {
      url: endpoints.sqs,
      path: '/',
      headers: json('AmazonSQS.SendMessage', '1.0'),
      body: JSON.stringify({ QueueUrl: queueUrls.jobsDlq, MessageBody: 'hello' }),
    },
    lambda: {
      url: endpoints.lambda,
      path: `/2015-03-31/functions/${FIXTURE_STACK}-Worker/invocations`,
      headers: { authorization, 'content-type': 'text/plain' },
      body: '{"key":"stranger"}',
    },
    eventbridge: {
      url: endpoints.eventbridge,
      path: '/',
      headers: json('AWSEvents.PutEvents', '1.1'),
      body: JSON.stringify({ Entries: [entry] }),
    },
    api: { url: apiUrl, path: '/items/1', headers: { authorization }, body: '{"key":"stranger"}' },
  };
});

afterAll(() => fixture?.[Symbol.asyncDispose]());

/** Sends the endpoint's call with other headers; a header that is '' is left out. */
async function send(endpoint: Endpoint, changes: Headers = {}, method = 'POST') {
  const { url, path, headers, body } = calls[endpoint];
  const all = Object.entries({ ...headers, ...changes }).filter(([, value]) => value !== '');
  const sent = request(new URL(path, url), { method, headers: Object.fromEntries(all) });
  sent.end(body);
  const [response] = await new Promise<[import('node:http').IncomingMessage]>((resolve, reject) => {
    sent.once('response', (answer) => resolve([answer])).once('error', reject);
  });
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const FOREIGN: readonly [string, Headers][] = [
  ['the host name of another site', { host: 'evil.example' }],
  ['a host name that begins like this machine', { host: 'localhost.evil.example' }],
  ['a host name that ends like this machine', { host: 'evil.example.localhost' }],
  ['an address of this network', { host: '192.168.0.10:8000' }],
  ['a host with a user', { host: 'evil.example@127.0.0.1' }],
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page without an origin', { origin: 'null' }],
  ['a page of another program here', { origin: 'http://localhost:1234' }],
  ['a page at another port here', { origin: 'http://127.0.0.1:1' }],
  ['a page with a name like ours', { origin: 'http://127.0.0.1.evil.example' }],
  ['an image in a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['an image in a page of another program here', { 'sec-fetch-site': 'same-site' }],
];

describe.each(ENDPOINTS)('every local endpoint refuses strangers: %s', (endpoint) => {
  it('answers a program of this machine that shows the key of the stack', async () => {
    expect((await send(endpoint)).status).toBe(200);
    const { port } = new URL(calls[endpoint].url);
    const own = { host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect((await send(endpoint, own)).status).toBe(200);
  });

  it.each(FOREIGN)('refuses %s with 403, even with the key', async (_, headers) => {
    const { status, body } = await send(endpoint, headers);
    expect(status).toBe(403);
    expect(JSON.parse(body).message).toMatch(/another (host|origin)$/);
  });

  it('refuses the preflight of a page of another site, and grants nothing', async () => {
    const { status, headers } = await send(
      endpoint,
      {
        ...{ origin: 'https://evil.example', authorization: '' },
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-amz-target,authorization',
      },
      'OPTIONS',
    );
    expect(status).toBe(403);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each([
    ['an absolute target', 'GET http://evil.example/ HTTP/1.1\r\nHost: localhost'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example'],
    ['no host', 'GET / HTTP/1.0'],
  ])('does nothing for a request with %s', async (_, head) => {
    const { hostname, port } = new URL(calls[endpoint].url);
    const { authorization = '' } = calls[endpoint].headers;
    const socket = connect(Number(port), hostname);
    socket.write(`${head}\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  it('refuses another key, a part of the key, and a key at another place', async () => {
    const { accessKeyId } = fixture.stack.credentials;
    const other = localAuthorization(createLocalCredentials());
    const part = localAuthorization({ accessKeyId: accessKeyId.slice(0, -1), secretAccessKey: '' });
    const more = localAuthorization({ accessKeyId: `${accessKeyId}0`, secretAccessKey: '' });
    const elsewhere = other.replace('Signature=0', `Signature=${accessKeyId}/`);
    for (const authorization of [other, part, more, elsewhere, accessKeyId, 'Basic bG9jYWw6']) {
      const { status, body } = await send(endpoint, { authorization });
      expect([authorization, status]).toEqual([authorization, 403]);
      expect(body).not.toContain(accessKeyId);
    }
  });

  it.runIf(endpoint !== 'api')('refuses a program without the key', async () => {
    expect((await send(endpoint, { authorization: '' })).status).toBe(403);
  });
});

describe('the HTTP API', () => {
  it.runIf(process.platform === 'linux')('asks no key of a program of the same user', async () => {
    expect((await send('api', { authorization: '' })).status).toBe(200);
  });

  // Only root may start a program as another user.
  it.runIf(process.getuid?.() === 0)('refuses another user who has no key', async () => {
    const { url, path, headers } = calls.api;
    const program = ['-s', '-o', '/dev/null', '-w', '%{http_code}', `${url}${path}`];
    const nobody = { uid: 65_534, gid: 65_534 };
    const run = async (...more: string[]) =>
      (await promisify(execFile)('curl', [...program, ...more], nobody)).stdout;
    expect(await run()).toBe('403');
    expect(await run('-H', `authorization: ${headers.authorization}`)).toBe('200');
  });
});

it('no request that was refused has done anything', async () => {
  const { watcher, stack } = fixture;
  const lines = watcher.lines.length;
  const messages = await messagesIn(stack);
  for (const endpoint of ENDPOINTS) {
    for (const [, headers] of FOREIGN) await send(endpoint, headers);
  }
  expect(watcher.lines).toHaveLength(lines);
  expect(await messagesIn(stack)).toBe(messages);
});

async function messagesIn({ endpoints, credentials, queueUrls }: LocalStack) {
  const sqs = new SQSClient({
    ...{ region: 'us-east-1', credentials: { ...credentials }, endpoint: endpoints.sqs },
  });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrls.jobsDlq, AttributeNames: ['All'] }),
  );
  sqs.destroy();
  return Attributes?.ApproximateNumberOfMessages;
}

it('the key is random per stack', async () => {
  await using other = await startFixtureStack();
  const { accessKeyId } = other.stack.credentials;
  expect(accessKeyId).toMatch(/^LOCAL[0-9A-F]{32}$/);
  expect(accessKeyId).not.toBe(fixture.stack.credentials.accessKeyId);
});
