import { LocalStackError } from '../../errors.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionSettings } from './function-settings.ts';

/** How long an environment is kept after its last invocation, ms. AWS publishes no figure. */
const IDLE_MS = 120_000;

/** An environment handed out for one invocation. */
export interface AcquiredEnvironment {
  readonly environment: ExecutionEnvironment;
  /** Whether it was started for this invocation, which then begins with the init phase. */
  readonly fresh: boolean;
}

/**
 * The execution environments of one function. The pool reuses the one used last and starts one when
 * none is idle. Once all that are allowed are busy, callers wait, first come, first served.
 */
export class EnvironmentPool {
  readonly #settings: FunctionSettings;
  readonly #log: (line: string) => void;
  readonly #all = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  readonly #idleTimers = new Map<ExecutionEnvironment, NodeJS.Timeout>();
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #busy = 0;
  #stopped = false;

  constructor(settings: FunctionSettings, log: (line: string) => void) {
    this.#settings = settings;
    this.#log = log;
  }

  get pids(): readonly number[] {
    return [...this.#all].map(({ pid }) => pid);
  }

  /** @throws {LocalStackError} when the pool has been stopped */
  async acquire(): Promise<AcquiredEnvironment> {
    if (this.#stopped) throw this.#stoppedError();
    if (this.#busy < this.#settings.concurrency) this.#busy += 1;
    else await this.#turn();
    const idle = this.#takeIdle();
    return idle === undefined
      ? { environment: this.#start(), fresh: true }
      : { environment: idle, fresh: false };
  }

  release({ environment }: AcquiredEnvironment): void {
    if (environment.alive && !this.#stopped) this.#keep(environment);
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy -= 1;
    else next.resolve();
  }

  /** Kills every environment and settles when all have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#stoppedError());
    for (const timer of this.#idleTimers.values()) clearTimeout(timer);
    const ending = [...this.#all].map((environment) => {
      environment.kill();
      return environment.ended;
    });
    await Promise.all(ending);
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #takeIdle(): ExecutionEnvironment | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      clearTimeout(this.#idleTimers.get(last));
      this.#idleTimers.delete(last);
      if (last.alive) return last;
    }
    return undefined;
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#settings, this.#log);
    this.#all.add(environment);
    environment.ended.then(() => this.#all.delete(environment));
    return environment;
  }

  #keep(environment: ExecutionEnvironment): void {
    this.#idle.push(environment);
    const timer = setTimeout(() => {
      this.#idle.splice(this.#idle.indexOf(environment), 1);
      this.#idleTimers.delete(environment);
      environment.kill();
    }, IDLE_MS);
    this.#idleTimers.set(environment, timer.unref());
  }

  #stoppedError(): LocalStackError {
    return new LocalStackError(`${this.#settings.name} has been stopped`);
  }
}
