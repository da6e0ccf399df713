import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildService, startChildService } from '../../src/local/services/child-service.ts';

const modules = ['dynamodb-service', 'sqs-service'];
const services = new Map<string, ChildService>();

beforeAll(async () => {
  for (const name of modules) {
    const settings = { accessKeyId: 'KEY', directory: null };
    const module = new URL(`../../src/local/services/${name}.ts`, import.meta.url);
    services.set(name, await startChildService(module, settings));
  }
});

afterAll(() => Promise.all([...services.values()].map((service) => service.stop())));

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

describe.each(modules)('%s', (name) => {
  // 127.0.0.2 is also this machine, but the services do not listen there.
  it.each([
    ['127.0.0.1', 'connect'],
    ...['127.0.0.2', outside]
      .filter((address) => address !== undefined)
      .map((address) => [address, 'ECONNREFUSED']),
  ])('listens only on 127.0.0.1 (%s)', async (host, outcome) => {
    const port = Number(new URL(services.get(name)?.url ?? '').port);
    const socket = connect({ host: `${host}`, port });
    const how = await Promise.race([
      once(socket, 'connect').then(() => 'connect'),
      once(socket, 'error').then(([error]) => error.code),
    ]).catch((error) => error.code);
    socket.destroy();
    expect(how).toBe(outcome);
  });

  it('survives a client that hangs up during a request', async () => {
    const service = services.get(name);
    const port = Number(new URL(service?.url ?? '').port);
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const head = ['POST / HTTP/1.1', 'host: x', 'content-length: 100', '', 'half a body'];
    await new Promise((resolve) => socket.write(head.join('\r\n'), resolve));
    socket.resetAndDestroy();
    for (let request = 0; request < 20; request++) {
      expect((await fetch(`${service?.url}/`)).status).toBeLessThan(600);
    }
  });
});
