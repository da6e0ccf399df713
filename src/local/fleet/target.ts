import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerCertificate } from './certificates.ts';
import type { FleetProxy } from './fleet-proxy.ts';
import { FleetServer, type RemoteEndpoint } from './fleet-server.ts';

/** What a target answers; it can be changed while the target runs. */
export interface TargetAnswer {
  /** Milliseconds before it answers. @default 0 */
  readonly delayMs?: number;
  /** @default 200 */
  readonly statusCode?: number;
  /** @default "ok\n" */
  readonly body?: string;
  /** @default {} */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The settings of a target. */
export interface TargetOptions extends TargetAnswer {
  /** The answers of single paths (`/busy`) that differ. @default {} */
  readonly paths?: Readonly<Record<string, TargetAnswer>>;
  /** The certificate to serve `https:` with; without it the target serves `http:`. */
  readonly tls?: ServerCertificate;
  /** @default 0, a free port */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
}

/** One request as the target saw it. */
export interface TargetRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly remote: RemoteEndpoint;
}

/** A web server on loopback that remembers its requests and connections. */
export class Target {
  /** `http://127.0.0.1:<port>/` or `https://…`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order. */
  readonly requests: readonly TargetRequest[];
  readonly #server: FleetServer;
  readonly #setAnswer: (answer: TargetAnswer) => void;

  constructor(state: {
    readonly scheme: string;
    readonly server: FleetServer;
    readonly requests: readonly TargetRequest[];
    readonly setAnswer: (answer: TargetAnswer) => void;
  }) {
    this.url = `${state.scheme}://${state.server.host}:${state.server.port}/`;
    this.port = state.server.port;
    this.requests = state.requests;
    this.#server = state.server;
    this.#setAnswer = state.setAnswer;
  }

  /** The far end of every connection so far, including those without a request. */
  get connections(): readonly RemoteEndpoint[] {
    return this.#server.connections;
  }

  /** The connections that none of these proxies opened: they bypassed the proxies. */
  connectionsPast(proxies: readonly FleetProxy[]): readonly RemoteEndpoint[] {
    return this.connections.filter(
      ({ address, port }) => !proxies.some((proxy) => proxy.hasOpened({ address, port })),
    );
  }

  /** Changes the answer, except on single paths; what is left out takes its default. */
  answerWith(answer: TargetAnswer): void {
    this.#setAnswer(answer);
  }

  /** Stops listening and destroys every connection. */
  close(): Promise<void> {
    return this.#server.close();
  }
}

/** Starts a target on a free loopback port. */
export async function startTarget(options: TargetOptions = {}): Promise<Target> {
  const { tls, port, host, paths = {} } = options;
  let answer: TargetAnswer = options;
  const requests: TargetRequest[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(describe(request));
    void respond(response, paths[request.url ?? ''] ?? answer, server.signal);
  };
  const httpServer = tls
    ? createHttpsServer({ cert: tls.certPem, key: tls.keyPem }, handle)
    : createHttpServer(handle);
  const server = await FleetServer.listen(httpServer, {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
  });
  return new Target({
    scheme: tls ? 'https' : 'http',
    server,
    requests,
    setAnswer: (next) => {
      answer = next;
    },
  });
}

async function respond(
  response: ServerResponse,
  { delayMs = 0, statusCode = 200, body = 'ok\n', headers = {} }: TargetAnswer,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (delayMs > 0) await delay(delayMs, undefined, { signal });
  } catch {
    return; // The target has closed; the socket is already destroyed.
  }
  response.writeHead(statusCode, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

function describe(request: IncomingMessage): TargetRequest {
  const { socket } = request;
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    remote: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
  };
}
