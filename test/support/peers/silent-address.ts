import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Listens, says so, and never accepts: its event loop stands still. */
const PROGRAM = `
require('node:net').createServer().listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => {
  require('node:fs').writeSync(1, 'listening');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;
/** Linux keeps one connection more than the backlog, and answers no further SYN (listen(2)). */
const QUEUED = 2;

/** Makes an address of loopback silent at a port, like one behind a firewall that drops. Linux. */
export async function startSilentAddress(host: string, port: number): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, ['-e', PROGRAM, host, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const queued = Array.from({ length: QUEUED }, () => connect(port, host));
  await Promise.all(queued.map((socket) => once(socket, 'connect')));
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.on('error', () => {}).destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
