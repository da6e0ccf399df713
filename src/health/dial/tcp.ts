import { connect, type Socket } from 'node:net';
import type { Attempt } from '../attempt/attempt.ts';

/**
 * Connects to one literal address. No Happy Eyeballs: it aborts a slow first attempt after 250 ms
 * and would call slow proxies dead.
 */
export function connectTcp(attempt: Attempt, address: string, port: number): Promise<Socket> {
  const socket = attempt.own(
    connect({ host: address, port, autoSelectFamily: false, noDelay: true }),
  );
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
  });
}
