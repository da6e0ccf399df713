import { describe, expect, it } from 'vitest';
import {
  type Behaviour,
  type Entrance,
  readSocks5Greeting,
  readSocks5Request,
  socks4Tunnel,
  socks5Tunnel,
  type Wire,
} from '../../support/peers/hostile-proxy.ts';
import { checkHostile, GRACE_MS, TIMEOUT_MS } from '../support/check.ts';
import { readSocks5Credentials } from '../support/entrances.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const nothing: Behaviour = () => {};
const HEAD_END = '\r\n\r\n';
const SOCKS4_GRANTED = Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]);

async function greetSocks5(wire: Wire): Promise<void> {
  await readSocks5Greeting(wire);
  wire.send(Buffer.from([5, 0]));
}

describe('FAULTS 14: SOCKS replies one byte at a time', () => {
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

  it('work with SOCKS5, credentials included', async () => {
    const { result } = await checkHostile(
      { ...socks5Tunnel, enter: nothing },
      async (wire) => {
        await readSocks5Greeting(wire);
        await wire.drip(Buffer.from([5, 2]), 1);
        await readSocks5Credentials(wire);
        await wire.drip(Buffer.from([1, 0]), 1);
        await readSocks5Request(wire);
        await wire.drip(Buffer.from([5, 0, 0, 4, ...new Array(18).fill(7)]), 1);
        await wire.until(HEAD_END);
        wire.send(OK);
      },
      { credentials: ['user', 'secret'], options: { timeoutMs: 3000 } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });

  it('work with SOCKS4', async () => {
    const { result } = await checkHostile(
      { ...socks4Tunnel, enter: nothing },
      async (wire) => {
        await wire.bytes(9);
        await wire.drip(SOCKS4_GRANTED, 1);
        await wire.until(HEAD_END);
        wire.send(OK);
      },
      { options: { timeoutMs: 3000 } },
    );
    expect(result).toMatchObject({ status: 'active', statusCode: 200 });
  });
});

describe('FAULTS 15: SOCKS replies that are wrong', () => {
  const entrance: Entrance = { ...socks5Tunnel, enter: greetSocks5 };
  const answer = (...bytes: number[]): Behaviour => {
    return async (wire) => {
      await readSocks5Request(wire);
      wire.send(Buffer.from(bytes));
    };
  };
  const tail = [0, 1, 0, 0, 0, 0, 0, 0];

  it.each([
    [1, 'socks_general_failure'],
    [2, 'socks_not_allowed'],
    [3, 'socks_network_unreachable'],
    [4, 'socks_host_unreachable'],
    [5, 'socks_target_refused'],
    [6, 'socks_ttl_expired'],
    [7, 'socks_command_not_supported'],
    [8, 'socks_address_not_supported'],
    [9, 'socks_rejected'],
    [255, 'socks_rejected'],
  ])('reply %i is %s', async (reply, failure) => {
    const { result } = await checkHostile(entrance, answer(5, reply, ...tail));
    expect(result).toMatchObject({ status: 'inactive', failure, failedPhase: 'handshake' });
  });

  it('a bad address type is socks_bad_reply', async () => {
    const { result } = await checkHostile(entrance, answer(5, 0, 0, 9, 1, 2, 3, 4, 0, 0));
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_bad_reply' });
  });

  it('a wrong version in the reply is socks_bad_reply', async () => {
    const { result } = await checkHostile(entrance, answer(4, 0, ...tail));
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_bad_reply' });
  });

  it.each([
    ['SOCKS4 to SOCKS5', { ...socks5Tunnel, enter: nothing }, Buffer.from([0, 90])],
    ['HTTP to SOCKS5', { ...socks5Tunnel, enter: nothing }, Buffer.from('HTTP/1.1 400 Bad\r\n')],
    ['SOCKS5 to SOCKS4', { ...socks4Tunnel, enter: nothing }, Buffer.from([5, 0])],
  ] as const)('%s is socks_version', async (_name, where, bytes) => {
    const { result } = await checkHostile(where, async (wire) => {
      await wire.bytes(3);
      wire.send(bytes);
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_version' });
  });

  it.each([
    ['GSSAPI', 1, undefined],
    ['a login without one', 2, undefined],
    ['a login with an empty one', 2, ['', ''] as [string, string]],
  ])('a method that was not offered is socks_no_method: %s', async (_what, method, credentials) => {
    const { result } = await checkHostile(
      { ...socks5Tunnel, enter: nothing },
      async (wire) => {
        await readSocks5Greeting(wire);
        wire.send(Buffer.from([5, method]));
      },
      credentials && { credentials },
    );
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_no_method' });
  });

  it('SOCKS4 reply 91 is socks_rejected', async () => {
    const { result } = await checkHostile({ ...socks4Tunnel, enter: nothing }, async (wire) => {
      await wire.bytes(9);
      wire.send(Buffer.from([0, 91, 0, 0, 0, 0, 0, 0]));
    });
    expect(result).toMatchObject({ status: 'inactive', failure: 'socks_rejected' });
  });

  it('a truncated reply is a timeout or a closed connection, in time', async () => {
    const half = await checkHostile(entrance, answer(5, 0, 0));
    expect(half.result).toMatchObject({ failure: 'timeout', failedPhase: 'handshake' });
    expect(half.elapsedMs).toBeLessThan(TIMEOUT_MS + GRACE_MS);
    const ended = await checkHostile(entrance, async (wire) => {
      await answer(5, 0, 0, 1)(wire);
      wire.end();
    });
    expect(ended.result).toMatchObject({ failure: 'connection_closed', failedPhase: 'handshake' });
  });

  it('a bound address that is a name of 255 bytes works', async () => {
    const { result } = await checkHostile(entrance, async (wire) => {
      await answer(5, 0, 0, 3, 255, ...new Array(255).fill(97), 0, 80)(wire);
      await wire.until(HEAD_END);
      wire.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    expect(result).toMatchObject({ status: 'active' });
  });
});
