import { findDeadPort, startHttpProxy } from '../../src/local/fleet/index.ts';
import { Credentials } from '../../src/proxies/credentials.ts';
import { createProxy, type Proxy } from '../../src/proxies/proxy.ts';
import { TEST_SALT } from '../support/factories.ts';

/** Loopback addresses with a gateway each, since probes on one host are limited. */
const GATEWAYS = 8;

/** An endless supply of proxies on loopback: sessions on gateways, and dead ports. */
export interface SoakFleet extends AsyncDisposable {
  /** The next proxies; two in five are alive. */
  take(count: number): Proxy[];
}

/** Starts the gateways. */
export async function startSoakFleet(): Promise<SoakFleet> {
  await using starting = new AsyncDisposableStack();
  const gateways = await Promise.all(
    Array.from({ length: GATEWAYS }, (_, index) =>
      startHttpProxy({ host: `127.0.0.${index + 2}` }),
    ),
  );
  for (const gateway of gateways) starting.defer(() => gateway.close());
  const deadPort = await findDeadPort();
  let taken = 0;
  const all = starting.move();
  const next = (): Proxy => {
    const index = taken++;
    const { host, port } = gateways[index % GATEWAYS] ?? { host: '', port: 0 };
    const credentials = new Credentials(`session-${index}`, 'secret');
    const dead = `127.1.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`;
    return index % 5 < 2
      ? createProxy({ protocol: 'http', host, port, credentials }, TEST_SALT)
      : createProxy({ protocol: 'http', host: dead, port: deadPort }, TEST_SALT);
  };
  return {
    take: (count) => Array.from({ length: count }, next),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
