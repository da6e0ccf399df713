import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const ESTABLISHED = '01';

/** Which of some processes has the connection that goes out from a local port; Linux only. */
export function processOfPort(port: number, pids: readonly number[]): number | undefined {
  const socket = `socket:[${inodeOfPort(port)}]`;
  return pids.find((pid) => descriptorsOf(pid).includes(socket));
}

/** The kernel's table: `sl local_address rem_address st … uid timeout inode`. */
function inodeOfPort(port: number): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => readFileSync(table, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .find(([, address, , state]) => address?.endsWith(local) && state === ESTABLISHED)?.[9];
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
