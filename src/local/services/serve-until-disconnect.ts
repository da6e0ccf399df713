import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Tells the parent process the port a service listens on, and ends the process once the parent
 * lets go or is gone. Signals are left to the parent: Ctrl-C reaches the whole process group.
 */
export function serveUntilDisconnect(server: Server, close: () => Promise<void>): void {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.once('disconnect', () => {
    server.closeAllConnections();
    close().finally(() => process.exit());
  });
  process.send?.((server.address() as AddressInfo).port);
}
