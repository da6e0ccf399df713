import {
  createServer as createHttpServer,
  type IncomingMessage,
  request as openRequest,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { BuiltInProtocol } from '../../proxies/endpoint.ts';
import type { ServerCertificate } from './certificates.ts';
import type { Destination } from './egress.ts';
import type { FleetCredentials, FleetProxy, FleetProxyOptions } from './fleet-proxy.ts';
import { listenAsProxy, type ProxyContext } from './proxy-server.ts';

/** Not forwarded, like the headers that `Connection` names (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = ['connection', 'proxy-connection', 'proxy-authorization', 'keep-alive', 'te'];
const CHALLENGE = { 'proxy-authenticate': 'Basic realm="fleet"' };

/** Starts an HTTP proxy: absolute-form requests for `http:` targets, CONNECT for all others. */
export function startHttpProxy(options: FleetProxyOptions = {}): Promise<FleetProxy> {
  return startProxy(BuiltInProtocol.http, options);
}

/** Starts an HTTP proxy with TLS between it and its callers. */
export function startHttpsProxy(
  options: FleetProxyOptions & { readonly tls: ServerCertificate },
): Promise<FleetProxy> {
  return startProxy(BuiltInProtocol.https, options, options.tls);
}

async function startProxy(
  protocol: BuiltInProtocol,
  options: FleetProxyOptions,
  tls?: ServerCertificate,
): Promise<FleetProxy> {
  const server = tls
    ? createHttpsServer({ cert: tls.certPem, key: tls.keyPem })
    : createHttpServer();
  const { proxy, context } = await listenAsProxy(server, protocol, options);
  server.on('request', (request, response) => void forward(request, response, context));
  server.on('connect', (request, client, early) => {
    client.on('error', () => client.destroy());
    if (early.length > 0) client.unshift(early);
    void connect(request, client, context);
  });
  return proxy;
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { conduct, egress, signal }: ProxyContext,
): Promise<void> {
  const target = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : null;
  if (target?.protocol !== 'http:') return answer(response, 400);
  if (!conduct.accepts(readCredentials(request))) return answer(response, 407, CHALLENGE);
  try {
    await conduct.think(signal);
    const socket = await egress.dial(
      { host: withoutBrackets(target.hostname), port: Number(target.port || 80) },
      signal,
    );
    relay(request, response, { target, createConnection: () => socket });
  } catch {
    answer(response, 502);
  }
}

function relay(
  request: IncomingMessage,
  response: ServerResponse,
  way: { readonly target: URL } & Pick<RequestOptions, 'createConnection'>,
): void {
  const upstream = openRequest({
    ...way,
    method: request.method ?? 'GET',
    host: way.target.hostname,
    path: `${way.target.pathname}${way.target.search}`,
    headers: { ...endToEndHeaders(request), host: way.target.host, connection: 'close' },
  });
  upstream.on('response', (reply) => {
    response.writeHead(reply.statusCode ?? 502, endToEndHeaders(reply));
    reply.pipe(response);
    reply.on('error', () => response.destroy());
  });
  upstream.on('error', () => answer(response, 502));
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
}

async function connect(
  request: IncomingMessage,
  client: Duplex,
  { conduct, egress, signal }: ProxyContext,
): Promise<void> {
  if (!conduct.accepts(readCredentials(request))) {
    client.end(
      `HTTP/1.1 407 Proxy Authentication Required\r\n` +
        `Proxy-Authenticate: ${CHALLENGE['proxy-authenticate']}\r\nContent-Length: 0\r\n\r\n`,
    );
    return;
  }
  try {
    const confirm = (): void => void client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    await conduct.think(signal);
    await egress.tunnel(client, parseAuthority(request.url ?? ''), { confirm, signal });
  } catch {
    client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
  }
}

function answer(
  response: ServerResponse,
  statusCode: number,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(statusCode, { ...headers, 'content-length': 0 }).end();
}

function parseAuthority(authority: string): Destination {
  const colon = authority.lastIndexOf(':');
  return {
    host: withoutBrackets(authority.slice(0, colon)),
    port: Number(authority.slice(colon + 1)),
  };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function endToEndHeaders(message: IncomingMessage): NodeJS.Dict<string | string[]> {
  const named = message.headers.connection?.toLowerCase().split(/\s*,\s*/) ?? [];
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return Object.fromEntries(Object.entries(message.headers).filter(([name]) => !dropped.has(name)));
}

/** Reads `Proxy-Authorization: Basic …` (RFC 7617). */
function readCredentials(request: IncomingMessage): FleetCredentials | null {
  const [scheme, encoded = ''] = request.headers['proxy-authorization']?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic') return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
