import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '../../../src/clock.ts';
import { LOOPBACK } from '../../../src/local/fleet/index.ts';

/** What a function reported of one invocation, or of its start. */
export interface Report {
  readonly kind: 'response' | 'error' | 'init-error';
  // biome-ignore lint/suspicious/noExplicitAny: answers of every function
  readonly body: any;
  /** The header `Lambda-Runtime-Function-Error-Type`. */
  readonly errorType: string | undefined;
}

interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly settle: (report: Report) => void;
}

const PREFIX = '/2018-06-01/runtime';
const REPORT = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/**
 * Lambda's side of the Runtime API, for one execution environment ("Using the Lambda runtime API
 * for custom runtimes").
 */
export class RuntimeApi {
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });
  readonly #queued: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  readonly #initError = Promise.withResolvers<Report>();
  readonly #arn: string;
  #waiting: ServerResponse | undefined;

  private constructor(arn: string) {
    this.#arn = arn;
  }

  static async start(functionArn: string): Promise<RuntimeApi> {
    const api = new RuntimeApi(functionArn);
    api.#server.listen(0, LOOPBACK);
    await once(api.#server, 'listening');
    return api;
  }

  /** `127.0.0.1:<port>`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settles when the function reports that it cannot start. */
  get initError(): Promise<Report> {
    return this.#initError.promise;
  }

  /** Gives an event to the function and waits for its report. */
  invoke(event: unknown, timeoutMs: number): Promise<Report> {
    const { promise, resolve: settle } = Promise.withResolvers<Report>();
    this.#queued.push({ requestId: randomUUID(), event, timeoutMs, settle });
    this.#deliver();
    return promise;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    if (method === 'GET' && url === `${PREFIX}/invocation/next`) {
      this.#waiting = response;
      return this.#deliver();
    }
    const body: unknown = JSON.parse((await text(request)) || 'null');
    const type = request.headers['lambda-runtime-function-error-type'];
    const errorType = type === undefined ? undefined : String(type);
    const [, requestId = '', kind] = REPORT.exec(url) ?? [];
    if (method === 'POST' && url === `${PREFIX}/init/error`) {
      this.#initError.resolve({ kind: 'init-error', body, errorType });
    } else if (method === 'POST' && (kind === 'response' || kind === 'error')) {
      this.#running.get(requestId)?.settle({ kind, body, errorType });
      this.#running.delete(requestId);
    } else {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  }

  /** Hands the next event to the function that waits for one. */
  #deliver(): void {
    const response = this.#waiting;
    const next = response && this.#queued.shift();
    if (response === undefined || next === undefined) return;
    this.#waiting = undefined;
    this.#running.set(next.requestId, next);
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.requestId,
      'lambda-runtime-deadline-ms': String(systemClock.now() + next.timeoutMs),
      'lambda-runtime-invoked-function-arn': this.#arn,
      'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
    });
    response.end(JSON.stringify(next.event));
  }
}
