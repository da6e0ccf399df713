import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LOOPBACK } from './loopback-server.ts';

/** Below every system's ephemeral ports, so no outgoing connection takes one of these. */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

/** Finds a loopback port where nobody listens and which stays so: connections are refused. */
export async function findDeadPort(host = LOOPBACK): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (await isRefused(host, port)) return port;
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
