import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The one message of the parent to a service. */
export interface ServiceSettings {
  /** The key that requests must carry. */
  readonly accessKeyId: string;
  /** The directory that keeps the data; null to keep it in memory. */
  readonly directory: string | null;
}

/** Waits for the settings of this service. What it writes from then on is its owner's alone. */
export async function receiveSettings(): Promise<ServiceSettings> {
  process.umask(0o077);
  const [settings] = await once(process, 'message');
  return settings;
}

/** The one message of a service to its parent. */
export type ServiceMessage = { readonly port: number } | { readonly error: string };

/**
 * Tells the parent process the port a service listens on, and ends this process once the parent
 * disconnects or is gone. Signals are left to the parent, since Ctrl-C reaches the whole group.
 */
export function serveUntilDisconnect(server: Server, close: () => Promise<void>): void {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.once('disconnect', () => {
    server.closeAllConnections();
    close().finally(() => process.exit());
  });
  say({ port: (server.address() as AddressInfo).port });
}

/** Tells the parent process why the service cannot start, and ends this process. */
export async function failToServe(why: string): Promise<never> {
  await say({ error: why });
  process.exit(1);
}

function say(message: ServiceMessage): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}
