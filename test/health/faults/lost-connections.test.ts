import { describe, expect, it } from 'vitest';
import {
  absoluteForm,
  acceptConnect,
  type Behaviour,
  connectReply,
  type Entrance,
  readSocks5Greeting,
  readSocks5Request,
  socks4Tunnel,
  socks5Tunnel,
  tlsTunnel,
  type Wire,
} from '../../support/peers/hostile-proxy.ts';
import { ca, certificate } from '../support/authority.ts';
import { checkHostile, GRACE_MS, TIMEOUT_MS } from '../support/check.ts';
import { forbidLeftovers } from '../support/leftovers.ts';

forbidLeftovers();

const nothing: Behaviour = () => {};

/** The steps of a peer up to the phase in which it goes away. */
const PHASES: [string, () => Entrance, Behaviour][] = [
  ['connect', () => ({ ...absoluteForm, enter: nothing }), nothing],
  ['firstByte', () => absoluteForm, nothing],
  ['firstByte', () => absoluteForm, (wire) => wire.send('HTTP/1.1 200 OK\r\nX-Half: a')],
  ['handshake', () => connectReply, nothing],
  ['handshake', () => connectReply, (wire) => wire.send('HTTP/1.1 20')],
  ['targetTls', () => ({ ...connectReply, enter: acceptConnect }), (wire) => readSome(wire)],
  ['firstByte', () => tlsTunnel(certificate), nothing],
  [
    'handshake',
    () => ({ ...socks5Tunnel, enter: async (wire) => void (await readSocks5Greeting(wire)) }),
    nothing,
  ],
  [
    'handshake',
    () => ({ ...socks5Tunnel, enter: greetSocks5 }),
    async (wire) => {
      await readSocks5Request(wire);
    },
  ],
  ['firstByte', () => socks5Tunnel, nothing],
  ['handshake', () => ({ ...socks4Tunnel, enter: nothing }), (wire) => readSome(wire)],
  ['firstByte', () => socks4Tunnel, nothing],
];

async function readSome(wire: Wire): Promise<void> {
  await wire.bytes(1);
}

async function greetSocks5(wire: Wire): Promise<void> {
  await readSocks5Greeting(wire);
  wire.send(Buffer.from([5, 0]));
}

describe('FAULTS 11: a peer that goes away', () => {
  it.each(PHASES)('with a reset in %s (case %#)', async (phase, entrance, behave) => {
    const { result } = await checkHostile(
      entrance(),
      async (wire) => {
        await behave(wire);
        wire.reset();
      },
      { options: { ca, timeoutMs: 2000 } },
    );
    expect(result.status).toBe('inactive');
    expect(result.failure).toMatch(/^connection_(reset|closed)$/);
    // A reset at once is seen while connecting, or with the first bytes sent after it.
    if (phase === 'connect') expect(result.failedPhase).toMatch(/^(connect|firstByte)$/);
    else expect(result.failedPhase).toBe(phase);
  });

  it.each(PHASES.filter(([phase]) => phase !== 'connect'))(
    'with an end in %s (case %#)',
    async (phase, entrance, behave) => {
      const { result } = await checkHostile(
        entrance(),
        async (wire) => {
          await behave(wire);
          wire.end();
        },
        { options: { ca, timeoutMs: 2000 } },
      );
      expect(result).toMatchObject({ status: 'inactive', failedPhase: phase });
      expect(result.failure).toMatch(/^connection_(reset|closed)$/);
    },
  );

  it.each(PHASES.filter(([phase]) => phase !== 'connect'))(
    'into silence in %s (case %#)',
    async (phase, entrance, behave) => {
      const { result, elapsedMs } = await checkHostile(entrance(), behave, { options: { ca } });
      expect(result).toMatchObject({
        status: 'inactive',
        failure: 'timeout',
        failedPhase: phase,
      });
      expect(elapsedMs).toBeLessThan(TIMEOUT_MS + GRACE_MS);
    },
  );

  it('in the body that is asserted on', async () => {
    const { result } = await checkHostile(
      absoluteForm,
      (wire) => {
        wire.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
        wire.end();
      },
      { options: { bodyIncludes: 'all of it' } },
    );
    expect(result).toMatchObject({ failure: 'connection_closed', failedPhase: 'body' });
  });
});
