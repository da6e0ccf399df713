import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startHttpProxy, startTarget, type TargetOptions } from '../../../src/local/fleet/index.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function target(options?: TargetOptions) {
  const started = await startTarget(options);
  open.push(started);
  return started;
}

async function ask(url: string): Promise<{ status: number; body: string }> {
  const request = get(url, { agent: false });
  const [response]: IncomingMessage[] = await once(request, 'response');
  const pieces = await response?.toArray();
  return { status: response?.statusCode ?? 0, body: Buffer.concat(pieces ?? []).toString() };
}

describe('a target', () => {
  it('answers as set, also on single paths and after a change', async () => {
    const server = await target({ body: 'hello', paths: { '/busy': { statusCode: 503 } } });
    expect(await ask(server.url)).toEqual({ status: 200, body: 'hello' });
    expect(await ask(`${server.url}busy`)).toEqual({ status: 503, body: 'ok\n' });
    server.answerWith({ statusCode: 500 });
    expect(await ask(server.url)).toEqual({ status: 500, body: 'ok\n' });
  });

  it('waits before it answers', async () => {
    const server = await target({ delayMs: 80 });
    const start = performance.now();
    await ask(server.url);
    expect(performance.now() - start).toBeGreaterThanOrEqual(79);
  });

  it('records its requests and tells proxied connections from direct ones', async () => {
    const server = await target();
    const proxy = await startHttpProxy();
    open.push(proxy);
    await ask(`${server.url}direct`);
    const proxied = get({
      ...{ host: proxy.host, port: proxy.port, agent: false, path: `${server.url}proxied` },
    });
    const [response]: IncomingMessage[] = await once(proxied, 'response');
    response?.resume();
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /direct',
      'GET /proxied',
    ]);
    expect(server.connections).toHaveLength(2);
    expect(server.connectionsPast([proxy])).toEqual([server.connections[0]]);
  });

  it('destroys idle and waiting connections when it closes, and can be closed twice', async () => {
    const server = await target({ delayMs: 60_000 });
    const idle = connect(server.port, '127.0.0.1');
    await once(idle, 'connect');
    const refused = expect(ask(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => server.requests.length).toBe(1);
    const ended = once(idle.resume(), 'close');
    await server.close();
    await ended;
    await refused;
    await server.close();
  });
});
