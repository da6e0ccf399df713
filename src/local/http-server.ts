import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalStackError } from '../errors.ts';
import { type GuardOptions, guard } from './guard.ts';

/** A server of the local stack; it listens only on loopback. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** What a server answers to a request. */
export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** Who may call a server, and at which port. */
export interface LoopbackOptions extends GuardOptions {
  /** @default 0, a free one */
  readonly port?: number;
}

/**
 * Serves the requests that a guard lets pass on 127.0.0.1. A rejection of `answer` becomes a 500.
 * @throws {LocalStackError} when the port cannot be used
 */
export async function serveOnLoopback(
  { port = 0, ...options }: LoopbackOptions,
  answer: (request: IncomingMessage) => Promise<HttpReply>,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    answer(request)
      .catch(() => jsonReply(500, { message: 'Internal Server Error' }))
      .then((reply) => send(response, reply))
      // The reply cannot be written, for example because a header value is invalid.
      .catch(() => response.destroy());
  });
  guard(server, options);
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LocalStackError(`port ${port} on 127.0.0.1 cannot be used: ${why}`, { cause });
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A reply with a JSON body. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** Parses JSON text; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The path of a request as it was sent, and its query. A URL parser would take `..` away. */
export function readTarget({ url = '/' }: IncomingMessage): {
  readonly path: string;
  readonly query: URLSearchParams;
} {
  const [path = '', ...query] = url.split('?');
  return { path, query: new URLSearchParams(query.join('?')) };
}

/** Decodes a part of a path; one that cannot be decoded stays as it is. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads a request's body; null when it is longer than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > maxBytes ? null : Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: HttpReply): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.writeHead(status);
  response.end(body);
}
