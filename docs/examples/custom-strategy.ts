/** Custom strategy: a protocol of your own, checked side by side with the built-in ones. */
import { connect } from 'node:net';
import { createProxy, HealthChecker, type HealthCheckStrategy } from 'proxy-lighthouse';
import { startHttpProxy } from '../../src/local/fleet/index.ts';

/** A proxy is healthy when its port accepts a connection; what is behind it is not checked. */
const tcpOnly: HealthCheckStrategy = {
  check: async (proxy, options, signal) => {
    const startedAt = performance.now();
    const socket = connect({ host: proxy.host, port: proxy.port, signal });
    const timer = setTimeout(() => socket.destroy(new Error('deadline')), options.timeoutMs);
    const accepted = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    clearTimeout(timer);
    socket.destroy();
    return {
      proxyId: proxy.id,
      protocol: proxy.protocol,
      status: accepted ? 'active' : 'inactive',
      latencyMs: performance.now() - startedAt,
      attempts: 1,
      ...(accepted ? {} : { failure: 'refused', failedPhase: 'connect' as const }),
      timings: {},
      bytes: 0,
      checkedAt: new Date().toISOString(),
    };
  },
};

const listener = await startHttpProxy();
try {
  const checker = new HealthChecker({ allowPrivateAddresses: true });
  checker.registerStrategy('tcp', tcpOnly);
  const { host, port } = listener;
  const result = await checker.checkProxy(createProxy({ protocol: 'tcp', host, port }));
  console.log(`${result.protocol} ${result.status}`);
} finally {
  await listener.close();
}
