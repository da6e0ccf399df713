import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FunctionSettings } from '../../../src/local/functions/function-settings.ts';
import { RUNTIME_CLIENT } from '../tools/tools.ts';
import { type Report, RuntimeApi } from './runtime-api.ts';

const CLIENT = join(RUNTIME_CLIENT.directory, 'node_modules', 'aws-lambda-ric', 'index.mjs');

/** How a process ended that reported nothing. */
export interface Exit {
  readonly kind: 'exit';
  readonly code: number | null;
  readonly output: string;
}

/**
 * One execution environment of a function, as in Lambda: AWS's runtime interface client loads the
 * bundle and talks to the Runtime API.
 */
export class LambdaFunction implements AsyncDisposable {
  readonly settings: FunctionSettings;
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  /** Settles when the process has ended. */
  readonly ended: Promise<Exit>;
  #output = '';

  private constructor(settings: FunctionSettings, api: RuntimeApi) {
    this.settings = settings;
    this.#api = api;
    const { taskRoot, environment } = settings;
    this.#child = spawn(process.execPath, [CLIENT, environment._HANDLER ?? ''], {
      cwd: taskRoot,
      env: { ...environment, AWS_LAMBDA_RUNTIME_API: api.address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (piece: Buffer) => {
        this.#output += piece.toString();
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => ({
      kind: 'exit',
      code,
      output: this.#output,
    }));
  }

  static async start(settings: FunctionSettings): Promise<LambdaFunction> {
    return new LambdaFunction(settings, await RuntimeApi.start(settings.arn));
  }

  /** Settles when the function reports that it cannot start. */
  get initError(): Promise<Report> {
    return this.#api.initError;
  }

  /** Invokes the function; a process that ends instead of answering is returned as such. */
  invoke(event: unknown): Promise<Report | Exit> {
    const { timeoutMs } = this.settings;
    const failed = this.initError;
    return Promise.race([this.#api.invoke(event, timeoutMs), failed, this.ended]);
  }

  /** Ends the environment; returns all that it has logged. */
  async stop(): Promise<string> {
    this.#child.kill('SIGKILL');
    const { output } = await this.ended;
    await this.#api.stop();
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
