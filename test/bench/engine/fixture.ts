import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The counts of fixtures/proxies.cpp since it was last asked. */
export interface FixtureStatistics {
  readonly accepted: number;
  readonly answered: number;
  readonly fullHandshakes: number;
  readonly resumedHandshakes: number;
  /** Connections open now, and the most at once. */
  readonly open: number;
  readonly mostOpen: number;
  readonly cpuMs: number;
}

/** A fixture in a process of its own; it ends when its standard input does. */
export class Fixture<Ports> implements AsyncDisposable {
  readonly ports: Ports;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, ports: Ports) {
    this.#child = child;
    this.#lines = lines;
    this.ports = ports;
  }

  /** @throws {Error} when it ends before it tells where it listens */
  static async start<Ports>(program: string, args: readonly string[]): Promise<Fixture<Ports>> {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return new Fixture<Ports>(child, lines, await readJson<Ports>(lines, program));
  }

  /** Makes the proxies that hold their answers hold them until `count` requests wait. */
  hold(count: number): void {
    this.#child.stdin?.write(`hold ${count}\n`);
  }

  /** Returns the counts since the last call. */
  async takeStatistics(): Promise<FixtureStatistics> {
    this.#child.stdin?.write('stats\n');
    return readJson(this.#lines, 'the fixture');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#child.exitCode === null ? once(this.#child, 'exit') : undefined;
    this.#child.stdin?.end();
    await ended;
  }
}

async function readJson<T>(lines: AsyncIterator<string>, program: string): Promise<T> {
  const { done, value } = await lines.next();
  if (done) throw new Error(`${program} ended before it answered`);
  return JSON.parse(value);
}
