import { userInfo } from 'node:os';
import { findDeadPort, LOOPBACK } from '../../../src/local/fleet/index.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { cryptPassword, findNssWrapper, programPath } from './installed.ts';
import { EGRESS_ADDRESS } from './real-proxy.ts';
import { accessOf, labelOf, type RunningServer, type ServerSetup } from './server-setup.ts';

/**
 * Starts Dante. Its passwords are those of the system's users; `libnss_wrapper` gives this one
 * process a user list of its own, so that the machine's users stay as they are.
 */
export async function startDanted(setup: ServerSetup): Promise<RunningServer> {
  const port = await findDeadPort();
  const name = `danted-${labelOf(setup)}`;
  const process = await ServerProcess.start({
    command: programPath('danted'),
    args: ['-f', writeConfig(setup, name, port), '-p', `${setup.workspace.path}/${name}.pid`],
    env: setup.credentials ? ownUsers(setup, name) : {},
    host: LOOPBACK,
    ports: [port],
  });
  const common = { server: 'dante-server', host: LOOPBACK, port, ...accessOf(setup) } as const;
  const socks5 = { ...common, protocol: 'socks5' } as const;
  const socks4 = { ...common, protocol: 'socks4' } as const;
  return { process, entrances: setup.credentials ? [socks5] : [socks4, socks5] };
}

function writeConfig(setup: ServerSetup, name: string, port: number): string {
  const everywhere = 'from: 0.0.0.0/0 to: 0.0.0.0/0';
  const { username } = userInfo();
  const lines = [
    'logoutput: stderr',
    `internal: ${LOOPBACK} port = ${port}`,
    `external: ${EGRESS_ADDRESS}`,
    'clientmethod: none',
    `socksmethod: ${setup.credentials ? 'username' : 'none'}`,
    `user.privileged: ${username}`,
    `user.unprivileged: ${username}`,
    `client pass { ${everywhere} }`,
    ...setup.deniedPorts.map((denied) => `socks block { ${everywhere} port = ${denied} }`),
    `socks pass { ${everywhere} command: connect }`,
  ];
  return setup.workspace.write(`${name}.conf`, `${lines.join('\n')}\n`);
}

function ownUsers({ workspace, credentials }: ServerSetup, name: string): Record<string, string> {
  if (!credentials) return {};
  const { uid, gid, username } = userInfo();
  const hash = cryptPassword(credentials.password);
  const users = [
    `${username}:x:${uid}:${gid}::/nonexistent:/usr/sbin/nologin`,
    `${credentials.username}:x:65000:65000::/nonexistent:/usr/sbin/nologin`,
  ];
  return {
    LD_PRELOAD: findNssWrapper() ?? '',
    NSS_WRAPPER_PASSWD: workspace.write(`${name}.passwd`, `${users.join('\n')}\n`),
    NSS_WRAPPER_GROUP: workspace.write(`${name}.group`, 'testers:x:65000:\n'),
    NSS_WRAPPER_SHADOW: workspace.write(
      `${name}.shadow`,
      `${credentials.username}:${hash}:19000:0:99999:7:::\n`,
    ),
  };
}
