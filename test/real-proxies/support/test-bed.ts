import { createTestAuthority, LOOPBACK } from '../../../src/local/fleet/index.ts';
import { startDanted } from './danted.ts';
import { startMicrosocks } from './microsocks.ts';
import { CREDENTIALS, type Entrance, type RealProxy } from './real-proxy.ts';
import type { RunningServer, ServerSetup } from './server-setup.ts';
import { startSquid } from './squid.ts';
import { startTargets, type Targets } from './targets.ts';
import { startTinyproxy } from './tinyproxy.ts';
import { Workspace } from './workspace.ts';

/** Every server and target of the suite, running. */
export interface TestBed {
  readonly proxies: readonly RealProxy[];
  readonly targets: Targets;
  /** Signs the targets' certificates. */
  readonly targetCaPem: string;
  /** Signs the TLS proxies' certificates. */
  readonly proxyCaPem: string;
  readonly workspace: Workspace;
  find(entrance: Entrance): RealProxy;
  close(): Promise<void>;
}

const STARTERS = [startSquid, startTinyproxy, startDanted, startMicrosocks];

/** Starts each server twice, open and asking for credentials, and the targets. */
export async function startTestBed(): Promise<TestBed> {
  const workspace = Workspace.create();
  const targetAuthority = await createTestAuthority('Target CA');
  const proxyAuthority = await createTestAuthority('Proxy CA');
  const certificate = await proxyAuthority.issue({ names: ['localhost', LOOPBACK] });
  const targets = await startTargets(targetAuthority);
  const deniedPorts = [targets.denied.http.port, targets.denied.https.port];
  const setups = [null, CREDENTIALS].map((credentials) => ({
    workspace,
    credentials,
    deniedPorts,
    certificate,
  }));
  const { servers, failures } = await startServers(setups);
  const proxies = servers.flatMap((server) => server.entrances);
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.process.stop()));
    await Promise.all(targets.all.map((target) => target.close()));
    workspace.remove();
  };
  if (failures.length > 0) {
    await close();
    throw new AggregateError(failures, `servers did not start: ${failures.join('; ')}`);
  }
  return {
    proxies,
    targets,
    targetCaPem: targetAuthority.caPem,
    proxyCaPem: proxyAuthority.caPem,
    workspace,
    find: (entrance) => find(proxies, entrance),
    close,
  };
}

async function startServers(
  setups: readonly ServerSetup[],
): Promise<{ servers: readonly RunningServer[]; failures: readonly unknown[] }> {
  const starts = setups.flatMap((setup) => STARTERS.map((start) => start(setup)));
  const outcomes = await Promise.allSettled(starts);
  return {
    servers: outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    failures: outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])),
  };
}

function find(proxies: readonly RealProxy[], entrance: Entrance): RealProxy {
  const found = proxies.find(
    (proxy) =>
      proxy.server === entrance.server &&
      proxy.protocol === entrance.protocol &&
      proxy.asksForCredentials === entrance.asksForCredentials,
  );
  if (!found) throw new Error(`no such entrance: ${JSON.stringify(entrance)}`);
  return found;
}
