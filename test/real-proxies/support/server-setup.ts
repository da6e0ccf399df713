import type { FleetCredentials, ServerCertificate } from '../../../src/local/fleet/index.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import type { RealProxy } from './real-proxy.ts';
import type { Workspace } from './workspace.ts';

/** What every server is set up from. */
export interface ServerSetup {
  readonly workspace: Workspace;
  /** The credentials that callers must send; null when the server is open. */
  readonly credentials: FleetCredentials | null;
  /** Target ports the server's access rules deny, where it has rules. */
  readonly deniedPorts: readonly number[];
  /** The certificate for TLS between caller and server. */
  readonly certificate: ServerCertificate;
}

/** A running server and the ways into it. */
export interface RunningServer {
  readonly process: ServerProcess;
  readonly entrances: readonly RealProxy[];
}

/** The parts of a `RealProxy` that follow from whether the server asks for credentials. */
export function accessOf({
  credentials,
}: ServerSetup): Pick<RealProxy, 'asksForCredentials' | 'credentials'> {
  return credentials ? { asksForCredentials: true, credentials } : { asksForCredentials: false };
}

/** `open` or `asking`, for file names. */
export function labelOf({ credentials }: ServerSetup): string {
  return credentials ? 'asking' : 'open';
}
