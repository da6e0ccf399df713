import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LOOPBACK } from './loopback-server.ts';

/** Below every system's ephemeral ports, so no outgoing connection takes one of these. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** Ports looked at before, so that two servers about to start never get the same one. */
const taken = new Set<number>();

/**
 * Finds a loopback port where nobody listens: connections are refused, and stay so, since no
 * system hands it out. Never finds the same port twice.
 */
export async function findDeadPort(host = LOOPBACK): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (!taken.has(port)) {
      // Before it is looked at: somebody else may ask meanwhile.
      taken.add(port);
      if (await isRefused(host, port)) return port;
    }
    await nextTurn();
  }
}

async function isRefused(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
