import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { ROUTE_KEYS } from '../../../../functions/api/route-keys.ts';
import { systemClock } from '../../../../src/clock.ts';
import { createLocalCredentials, localAuthorization } from '../../../../src/local/credentials.ts';
import type { LocalFunction } from '../../../../src/local/functions/local-function.ts';
import { serveHttpApi } from '../../../../src/local/http-api/local-http-api.ts';
import { startApi, type TestApiOptions } from '../../../functions/support/api.ts';
import { REGION } from './cloud-formation.ts';
import { serveVerified, type VerifiedServer } from './verified-server.ts';
import type { ReceivedRequest } from './verify-signature.ts';

/** The api's handler behind the local HTTP API, behind a check of signatures. */
export interface GatewayStub extends VerifiedServer {
  readonly api: ReturnType<typeof startApi>;
}

/** Starts it. A refused request gets what an HTTP API with IAM answers, which is next to nothing. */
export async function startGateway(options: TestApiOptions = {}): Promise<GatewayStub> {
  const api = startApi(options);
  const credentials = createLocalCredentials();
  const routes = ROUTE_KEYS.map((routeKey) => {
    return { routeKey, functionArn: 'api', timeoutMs: 30_000, authorization: 'AWS_IAM' } as const;
  });
  const invoke = async (event: string) => {
    const { status: statusCode, headers, text: body } = await api.answer(JSON.parse(event));
    return { requestId: 'r', ok: true, payload: JSON.stringify({ statusCode, headers, body }) };
  };
  const behind = await serveHttpApi({
    settings: { apiId: 'api', routes },
    findFunction: () => ({ invoke }) as unknown as LocalFunction,
    clock: systemClock,
    port: 0,
    accessKeyId: credentials.accessKeyId,
  });
  const authorization = localAuthorization(credentials);
  const server = await serveVerified(
    { service: 'execute-api', region: REGION },
    {
      answer: (request) => forward(request, behind.url, authorization),
      refuse: () => ({ status: 403, body: '{"message":"Forbidden"}' }),
    },
  );
  return {
    ...server,
    api,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await behind.close();
    },
  };
}

function forward(
  { method, target, headers, body }: ReceivedRequest,
  origin: string,
  authorization: string,
) {
  const { host: _, ...rest } = headers;
  const { hostname, port } = new URL(origin);
  // A URL would change the path.
  const options = { hostname, port, method, path: target, headers: { ...rest, authorization } };
  return new Promise<{ status: number; headers: Record<string, string>; body: string }>(
    (resolve, reject) => {
      const outgoing = httpRequest({ ...options, agent: false }, async (answer) => {
        const { statusCode = 0, headers: fields } = answer;
        const { link } = fields;
        const kept = link === undefined ? {} : { link: String(link) };
        resolve({ status: statusCode, headers: kept, body: await text(answer) });
      });
      outgoing.on('error', reject).end(body);
    },
  );
}
