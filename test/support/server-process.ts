import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Allows for a JVM on a busy machine. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 3_000;
const POLL_MS = 25;

/** What to run, and where it then listens. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly host: string;
  readonly ports: readonly number[];
}

/** One server in a process group of its own, which ends with us, however we end. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #watchdog: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#watchdog = startWatchdog(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (piece: Buffer) => {
        this.#output = `${this.#output}${piece.toString()}`.slice(-4_000);
      });
    }
  }

  /** Starts a server and waits until it accepts connections on every port. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const child = spawn(command.command, command.args, {
      detached: true,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new ServerProcess(child);
    try {
      await Promise.race([server.#accepts(command), server.#failsEarly(command.command)]);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Asks the group to end, then kills it. */
  async stop(): Promise<void> {
    if (this.#running) {
      const exited = once(this.#child, 'exit');
      this.#signal('SIGTERM');
      await Promise.race([exited, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    }
    this.#signal('SIGKILL');
    this.#watchdog.kill('SIGKILL');
  }

  get #running(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // The whole group is gone already.
    }
  }

  async #accepts({ command, host, ports }: ServerCommand): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (const port of ports) {
      while (!(await accepts(host, port))) {
        if (performance.now() > deadline)
          throw new Error(`${command} does not listen: ${this.#output}`);
        await delay(POLL_MS);
      }
    }
  }

  async #failsEarly(command: string): Promise<never> {
    const [code] = await once(this.#child, 'exit');
    throw new Error(`${command} ended with ${code} instead of listening: ${this.#output}`);
  }
}

/** Starts a shell that kills the server's group at the end of its input, which ends with us. */
function startWatchdog({ pid }: ChildProcess): ChildProcess {
  const script = pid === undefined ? 'exit' : `read -r _; kill -s KILL -- -${pid}`;
  return spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
