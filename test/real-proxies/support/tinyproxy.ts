import { findDeadPort, LOOPBACK } from '../../../src/local/fleet/index.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { programPath } from './installed.ts';
import { EGRESS_ADDRESS } from './real-proxy.ts';
import { accessOf, labelOf, type RunningServer, type ServerSetup } from './server-setup.ts';

/** Starts tinyproxy. */
export async function startTinyproxy(setup: ServerSetup): Promise<RunningServer> {
  const port = await findDeadPort();
  const process = await ServerProcess.start({
    command: programPath('tinyproxy'),
    args: ['-d', '-c', writeConfig(setup, port)],
    host: LOOPBACK,
    ports: [port],
  });
  const entrance = { server: 'tinyproxy', protocol: 'http', host: LOOPBACK, port } as const;
  return { process, entrances: [{ ...entrance, ...accessOf(setup) }] };
}

function writeConfig(setup: ServerSetup, port: number): string {
  const { workspace, credentials, deniedPorts } = setup;
  const name = `tinyproxy-${labelOf(setup)}`;
  // Extended regular expressions on URLs (`http://…:port/`) and CONNECT's authorities.
  const filter = workspace.write(`${name}.filter`, `:(${deniedPorts.join('|')})(/|$)\n`);
  const lines = [
    `Port ${port}`,
    `Listen ${LOOPBACK}`,
    `Bind ${EGRESS_ADDRESS}`,
    'Timeout 30',
    'MaxClients 64',
    'LogLevel Critical',
    `Allow ${LOOPBACK}`,
    `Filter "${filter}"`,
    'FilterURLs On',
    'FilterType ere',
    ...(credentials ? [`BasicAuth ${credentials.username} ${credentials.password}`] : []),
  ];
  return workspace.write(`${name}.conf`, `${lines.join('\n')}\n`);
}
