import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** The kernel's tables of connections, proc_pid_net(5); an IPv6 socket may talk to 127.0.0.1. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** `TCP_ESTABLISHED`. A socket in any other state may have lost its process, and shows user 0. */
const ESTABLISHED = '01';

/** The kernel's table can miss a connection while others come and go. */
const READS = 5;

const owned = new WeakSet<Socket>();

/**
 * Whether the process at the other end of a loopback connection runs as this process's user, or as
 * root, who may read the stack's key anyway. False where the system does not say (only Linux does).
 */
export function belongsToOwner(socket: Socket): boolean {
  if (owned.has(socket)) return true;
  const user = process.getuid?.();
  const caller = user === undefined ? null : userAtOtherEnd(socket);
  if (caller === null || (caller !== user && caller !== 0)) return false;
  owned.add(socket);
  return true;
}

function userAtOtherEnd(socket: Socket): number | null {
  const far = entryOf(socket.remoteAddress, socket.remotePort);
  const near = entryOf(socket.localAddress, socket.localPort);
  for (let read = 0; read < READS; read++) {
    for (const line of TABLES.flatMap(readLines)) {
      const [, local, remote, state, , , , user] = line.trim().split(/\s+/);
      const isIt = local?.endsWith(far) && remote?.endsWith(near) && state === ESTABLISHED;
      if (isIt) return Number(user);
    }
  }
  return null;
}

function readLines(table: string): string[] {
  try {
    return readFileSync(table, 'latin1').split('\n').slice(1);
  } catch {
    return [];
  }
}

/** An IPv4 endpoint as the tables write it: `0100007F:1F90`, the address as a word of the machine. */
function entryOf(address = '', port = 0): string {
  const octets = address.split('.').map((octet) => hex(Number(octet), 2));
  const word = endianness() === 'LE' ? octets.reverse() : octets;
  return `${word.join('')}:${hex(port, 4)}`;
}

function hex(number: number, digits: number): string {
  return number.toString(16).toUpperCase().padStart(digits, '0');
}
