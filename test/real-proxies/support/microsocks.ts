import { findDeadPort, LOOPBACK } from '../../../src/local/fleet/index.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { programPath } from './installed.ts';
import { EGRESS_ADDRESS } from './real-proxy.ts';
import { accessOf, type RunningServer, type ServerSetup } from './server-setup.ts';

/** Starts microsocks, which has no access rules. */
export async function startMicrosocks(setup: ServerSetup): Promise<RunningServer> {
  const port = await findDeadPort();
  const { credentials } = setup;
  const process = await ServerProcess.start({
    command: programPath('microsocks'),
    args: [
      ...['-i', LOOPBACK, '-p', String(port), '-b', EGRESS_ADDRESS],
      ...(credentials ? ['-u', credentials.username, '-P', credentials.password] : []),
    ],
    host: LOOPBACK,
    ports: [port],
  });
  const entrance = { server: 'microsocks', protocol: 'socks5', host: LOOPBACK, port } as const;
  return { process, entrances: [{ ...entrance, ...accessOf(setup) }] };
}
