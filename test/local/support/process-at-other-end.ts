import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Socket } from 'node:net';

const ESTABLISHED = '01';

/**
 * Finds the process that holds the other end of a connection; Linux only. The kernel's table can
 * miss a connection while others come and go, so the caller must ask again.
 */
export function processAtOtherEnd(
  { localPort = 0, remotePort = 0 }: Socket,
  pids: readonly number[],
): number | undefined {
  const socket = `socket:[${inodeOf(remotePort, localPort)}]`;
  return pids.find((pid) => descriptorsOf(pid).includes(socket));
}

/** The kernel's table: `sl local_address rem_address st … uid timeout inode`. */
function inodeOf(from: number, to: number): string | undefined {
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => readFileSync(table, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .find(
      ([, local, remote, state]) =>
        local?.endsWith(hex(from)) && remote?.endsWith(hex(to)) && state === ESTABLISHED,
    )?.[9];
}

function hex(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

function descriptorsOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  try {
    return readdirSync(directory).map((descriptor) => linkOf(`${directory}/${descriptor}`));
  } catch {
    return []; // It has ended.
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // It has been closed.
  }
}
