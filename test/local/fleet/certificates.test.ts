import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createTestAuthority,
  type IssueOptions,
  startTarget,
  type Target,
} from '../../../src/local/fleet/index.ts';

const targets: Target[] = [];
afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.close()));
});

/** Connects as a strict client does; returns `connected`, or the code of OpenSSL's refusal. */
async function handshake(issue: IssueOptions, client: object): Promise<string> {
  const authority = await createTestAuthority();
  const target = await startTarget({ tls: await authority.issue(issue) });
  targets.push(target);
  const { port } = target;
  const socket = connect({ host: '127.0.0.1', port, ca: authority.caPem, ...client });
  try {
    await once(socket, 'secureConnect');
    return 'connected';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    (socket as TLSSocket).destroy();
  }
}

describe('a certificate of the test authority', () => {
  it.each([
    [
      'is accepted for its name',
      { names: ['localhost'] },
      { servername: 'localhost' },
      'connected',
    ],
    ['is accepted for its IPv4 address', { names: ['127.0.0.1'] }, {}, 'connected'],
    ['is refused for another name', { names: ['a.test'] }, {}, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['is refused once expired', { names: ['127.0.0.1'], expired: true }, {}, 'CERT_HAS_EXPIRED'],
    [
      'is refused when it is self-signed',
      { names: ['127.0.0.1'], selfSigned: true },
      {},
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    [
      'is refused by a client that does not know the authority',
      { names: ['127.0.0.1'] },
      { ca: [] },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ])('%s', async (_title, issue, client, expected) => {
    expect(await handshake(issue, client)).toBe(expected);
  });

  it('is a new one each time', async () => {
    const authority = await createTestAuthority();
    const one = await authority.issue({ names: ['localhost'] });
    const other = await authority.issue({ names: ['localhost'] });
    expect(one.certPem).not.toBe(other.certPem);
    expect(one.keyPem).not.toBe(other.keyPem);
  });
});
