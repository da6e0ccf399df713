import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ApiClient } from '../../../../src/cli/stack/client/api-client.ts';
import { LighthouseApi } from '../../../../src/cli/stack/client/lighthouse-api.ts';
import { findDeadPort } from '../../../../src/local/fleet/index.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

async function clientOf(listener: RequestListener): Promise<ApiClient> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient({ url: `http://127.0.0.1:${port}/` }, new AbortController().signal);
  open.push(client, server);
  return client;
}

describe('the API client', () => {
  it('throws the sentence of a problem document and keeps the bad fields', async () => {
    const client = await clientOf((_, response) => {
      response.writeHead(400, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({
          type: 'urn:lighthouse:problem:invalid_input',
          title: 'Bad Request',
          status: 400,
          detail: 'the policy cannot be used: /rise must be 1 to 10',
          errors: [{ pointer: '/rise', detail: 'must be 1 to 10' }],
        }),
      );
    });
    await expect(client.send({ method: 'GET', path: '/pools/a' })).rejects.toMatchObject({
      code: 'invalid_input',
      status: 400,
      message: 'the policy cannot be used: /rise must be 1 to 10',
      issues: [{ pointer: '/rise', detail: 'must be 1 to 10' }],
    });
  });

  it('names the status of an error that explains nothing', async () => {
    const client = await clientOf((_, response) => response.writeHead(502).end('<html>'));
    await expect(client.send({ method: 'GET', path: '/pools/a' })).rejects.toThrow(
      'the stack answered 502 without saying why',
    );
  });

  it.each([
    [
      '{"message":"Request Entity Too Large"}',
      /4\.4 MB of anything else, .*base64; send .* in parts/,
    ],
    ['', /one call takes about 5 MB of text/],
    ['{"detail":"at most 10000 entries"}', /^at most 10000 entries$/],
  ])('says what fits when a request is too large for the stack (%s)', async (body, sentence) => {
    const client = await clientOf((_, response) => response.writeHead(413).end(body));
    const sent = client.send({ method: 'POST', path: '/pools/a/proxies' });
    await expect(sent).rejects.toMatchObject({
      status: 413,
      message: expect.stringMatching(sentence),
    });
  });

  it('says how to start a stack when none answers', async () => {
    const signal = new AbortController().signal;
    const url = `http://127.0.0.1:${await findDeadPort()}`;
    await using client = new ApiClient({ url }, signal);
    await expect(client.send({ method: 'GET', path: '/pools' })).rejects.toThrow(
      `no stack answers at ${url} (GET /pools); start one with lighthouse up`,
    );
  });

  it('names no lease id and no credentials of its address in messages', async () => {
    const refusing = await clientOf((_, response) => response.end('{}'));
    const origin = `127.0.0.1:${await findDeadPort()}`;
    const signal = new AbortController().signal;
    await using unreachable = new ApiClient({ url: `http://ann:canary@${origin}/` }, signal);
    const request = { method: 'PATCH', path: '/pools/shop/leases/canary' } as const;
    const asked = 'PATCH /pools/shop/leases/{leaseId}';
    await expect(refusing.ask(request, z.string())).rejects.toThrow(`${asked} got an answer`);
    await expect(unreachable.send(request)).rejects.toThrow(
      `no stack answers at http://${origin} (${asked}); start one`,
    );
  });

  it('refuses an answer that it does not understand', async () => {
    const client = await clientOf((_, response) => response.end('{"pool":1}'));
    const schema = z.object({ pool: z.string() });
    await expect(client.ask({ method: 'GET', path: '/' }, schema)).rejects.toThrow(
      'got an answer that this version does not understand',
    );
  });

  it('follows the pages of results to the last one', async () => {
    const asked: (string | undefined)[] = [];
    const client = await clientOf((request, response) => {
      asked.push(request.url);
      if (!request.url?.includes('cursor')) {
        response.setHeader('link', '</sweeps/s/results?format=ndjson&cursor=b%2Fc>; rel="next"');
      }
      response.end(`{"proxyId":"${asked.length}"}\n`);
    });
    const ids: string[] = [];
    for await (const { proxyId } of new LighthouseApi(client).readResults('s')) ids.push(proxyId);
    expect(ids).toEqual(['1', '2']);
    expect(asked).toEqual([
      '/sweeps/s/results?format=ndjson&limit=5000',
      '/sweeps/s/results?cursor=b%2Fc&format=ndjson&limit=5000',
    ]);
  });
});
