import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LOOPBACK } from './fleet-server.ts';

/** Below every system's ephemeral ports, so no outgoing connection takes one of them. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** Ports that were tried before, so that two servers about to start never get the same one. */
const tried = new Set<number>();

/**
 * Finds a loopback port on which nothing listens, never the same one twice. Connections are refused
 * and stay refused, since no system hands the port out.
 */
export async function findDeadPort(host = LOOPBACK): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (!tried.has(port)) {
      // It is noted before it is tried, since another caller may ask meanwhile.
      tried.add(port);
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
