import { findDeadPort, LOOPBACK } from '../../../src/local/fleet/index.ts';
import { ServerProcess } from '../../support/server-process.ts';
import { cryptPassword, programPath } from './installed.ts';
import { EGRESS_ADDRESS } from './real-proxy.ts';
import { accessOf, labelOf, type RunningServer, type ServerSetup } from './server-setup.ts';

const NCSA_HELPER = '/usr/lib/squid/basic_ncsa_auth';

/** Starts squid with a plain port and a TLS port, which Debian's build can open with GnuTLS. */
export async function startSquid(setup: ServerSetup): Promise<RunningServer> {
  const [plainPort, tlsPort] = [await findDeadPort(), await findDeadPort()];
  const config = writeConfig(setup, { plainPort, tlsPort });
  const process = await ServerProcess.start({
    command: programPath('squid'),
    args: ['-N', '-f', config],
    host: LOOPBACK,
    ports: [plainPort, tlsPort],
  });
  const common = { server: 'squid', host: LOOPBACK, ...accessOf(setup) } as const;
  return {
    process,
    entrances: [
      { ...common, protocol: 'http', port: plainPort },
      { ...common, protocol: 'https', port: tlsPort },
    ],
  };
}

function writeConfig(
  setup: ServerSetup,
  { plainPort, tlsPort }: { readonly plainPort: number; readonly tlsPort: number },
): string {
  const { workspace, certificate, deniedPorts } = setup;
  const name = `squid-${labelOf(setup)}`;
  const directory = workspace.directory(name);
  const cert = workspace.write(`${name}.crt`, certificate.certPem);
  const key = workspace.write(`${name}.key`, certificate.keyPem);
  const lines = [
    `http_port ${LOOPBACK}:${plainPort}`,
    `https_port ${LOOPBACK}:${tlsPort} tls-cert=${cert} tls-key=${key}`,
    `tcp_outgoing_address ${EGRESS_ADDRESS}`,
    ...accessRules(setup, name),
    `acl denied_ports port ${deniedPorts.join(' ')}`,
    'http_access deny denied_ports',
    `http_access allow ${setup.credentials ? 'known' : 'all'}`,
    'http_access deny all',
    'cache deny all',
    'cache_mem 8 MB',
    'access_log none',
    `cache_log ${directory}/cache.log`,
    `coredump_dir ${directory}`,
    'pid_filename none',
    'netdb_filename none',
    'pinger_enable off',
    'shutdown_lifetime 0 seconds',
    'visible_hostname localhost',
    'max_filedescriptors 1024',
  ];
  return workspace.write(`${name}.conf`, `${lines.join('\n')}\n`);
}

function accessRules({ workspace, credentials }: ServerSetup, name: string): readonly string[] {
  if (!credentials) return [];
  const { username, password } = credentials;
  const users = workspace.write(`${name}.users`, `${username}:${cryptPassword(password)}\n`);
  return [
    `auth_param basic program ${NCSA_HELPER} ${users}`,
    'auth_param basic children 2 startup=1 idle=1',
    'acl known proxy_auth REQUIRED',
  ];
}
