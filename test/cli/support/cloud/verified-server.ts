import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  type CallerKeys,
  type ReceivedRequest,
  refusalOf,
  type SignatureScope,
} from './verify-signature.ts';

/** The keys that the servers know. Neither the secret nor the token appears in any output. */
export const KEYS: Required<CallerKeys> = {
  accessKeyId: 'AKIACALLER0000000001',
  secretAccessKey: 'canary-secret/with+signs=1',
  sessionToken: 'canary-token//with+signs==',
};

/** Keys without a session. */
export const STANDING_KEYS: CallerKeys = {
  accessKeyId: 'AKIACALLER0000000002',
  secretAccessKey: 'canary-secret-of-a-user',
};

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answers {
  readonly answer: (request: ReceivedRequest) => Promise<Reply>;
  /** What a request gets whose signature is not right. */
  readonly refuse: () => Reply;
}

/** A server that answers only requests with a right signature. */
export interface VerifiedServer extends AsyncDisposable {
  readonly url: string;
  /** Requests with a right signature, as `METHOD target`. */
  readonly accepted: string[];
  /** Why others were refused. */
  readonly refused: string[];
}

/** Starts it on loopback. */
export async function serveVerified(
  scope: SignatureScope,
  { answer, refuse }: Answers,
): Promise<VerifiedServer> {
  const accepted: string[] = [];
  const refused: string[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url: target = '', headers } = incoming;
    const request = { method, target, headers, body: await buffer(incoming) };
    const keyId = /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1];
    const keys = [KEYS, STANDING_KEYS].find(({ accessKeyId }) => accessKeyId === keyId);
    const refusal = keys ? refusalOf(request, keys, scope) : 'the access key is not known';
    if (refusal === null) accepted.push(`${method} ${target}`);
    else refused.push(refusal);
    const reply = refusal === null ? await answer(request) : refuse();
    response.writeHead(reply.status, reply.headers ?? {}).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}
