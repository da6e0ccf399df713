import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { Credentials } from '../../proxies/credentials.ts';
import { toIpv6Groups } from '../../proxies/embedded-ipv4.ts';
import { Phase } from '../health-check-result.ts';
import { ProbeFailure } from '../probe-failure.ts';
import { connectTcp } from './connect-tcp.ts';
import type { RouteContext } from './dial-context.ts';
import { type CheckReplies, checkSocks4Replies, checkSocks5Replies } from './socks-replies.ts';

/** SOCKS4: version 4, command CONNECT. */
const SOCKS4_CONNECT = [4, 1];
/** SOCKS4A: an address that none can have says that a name follows the user id. */
const NAME_FOLLOWS = [0, 0, 0, 1];
/** RFC 1928, section 4: version 5, command CONNECT, reserved. */
const SOCKS5_CONNECT = [5, 1, 0];
/** RFC 1928, section 3: the methods offered, without and with credentials. */
const OFFER_NOTHING = Buffer.from([5, 1, 0]);
const OFFER_CREDENTIALS = Buffer.from([5, 2, 0, 2]);
const USERNAME_PASSWORD = 2;
/** The sizes of a choice of method and of a reply to credentials (RFC 1929). */
const CHOICE_BYTES = 2;
const CHOICE_AND_STATUS_BYTES = 4;
/** RFC 1928, section 5: a name's length is one byte. */
const MAX_NAME_BYTES = 255;

/**
 * Asks a SOCKS4 proxy for a connection: to an IPv4 address resolved here or, with 4A, to a name.
 *
 * @throws {ProbeFailure} when the proxy does not grant it, or the address is not one of IPv4
 */
export async function openSocks4(context: RouteContext): Promise<Socket> {
  const { proxy, target, targetHost } = context;
  const isAddress = isIPv4(targetHost);
  if (!isAddress && !proxy.remoteDns) throw new ProbeFailure('socks_address_not_supported');
  const socket = await connectToProxy(context);
  const address = isAddress ? ipv4Bytes(targetHost) : NAME_FOLLOWS;
  const user = `${proxy.credentials?.username ?? ''}\0`;
  const name = isAddress ? '' : `${targetHost}\0`;
  const head = Buffer.from([...SOCKS4_CONNECT, ...bytesOf16(target.port), ...address]);
  socket.write(Buffer.concat([head, Buffer.from(user + name)]));
  await granted(context, socket, { check: checkSocks4Replies, answer: () => {} });
  return socket;
}

/**
 * Asks a SOCKS5 proxy for a connection (RFC 1928), with a user name and password (RFC 1929) if it
 * wants them; the proxy resolves the target's name.
 *
 * @throws {ProbeFailure} when the proxy does not grant it
 */
export async function openSocks5(context: RouteContext): Promise<Socket> {
  const { credentials } = context.proxy;
  const request = socks5Request(context);
  const login = credentials && !isEmpty(credentials) ? credentials : undefined;
  const socket = await connectToProxy(context);
  socket.write(login ? OFFER_CREDENTIALS : OFFER_NOTHING);
  let isAuthenticating = false;
  let isRequested = false;
  const answer = (received: Buffer) => {
    const wantsLogin = received[1] === USERNAME_PASSWORD;
    if (login && wantsLogin && !isAuthenticating) {
      isAuthenticating = true;
      socket.write(loginMessage(login));
    }
    const isDue = !wantsLogin || received.length >= CHOICE_AND_STATUS_BYTES;
    if (isRequested || received.length < CHOICE_BYTES || !isDue) return;
    isRequested = true;
    socket.write(request);
  };
  await granted(context, socket, { check: checkSocks5Replies, answer });
  return socket;
}

async function connectToProxy({ attempt, addresses, proxy }: RouteContext): Promise<Socket> {
  const socket = await connectTcp(attempt, addresses, proxy.port);
  attempt.phases.enter(Phase.handshake);
  return socket;
}

interface Handshake {
  readonly check: CheckReplies;
  /** Sends what is due after the replies so far, which have passed the check. */
  readonly answer: (received: Buffer) => void;
}

/** Settles when the proxy grants the request, with the socket paused and nothing more received. */
function granted(
  { proxy }: RouteContext,
  socket: Socket,
  { check, answer }: Handshake,
): Promise<void> {
  const hasCredentials = proxy.credentials !== undefined && !isEmpty(proxy.credentials);
  let received: Buffer = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      try {
        const length = check(received, hasCredentials);
        // The client speaks first in every protocol used here.
        if (length !== null && received.length > length) throw new ProbeFailure('protocol_error');
        answer(received);
        if (length === null || received.length < length) return;
        socket.off('data', onData).pause();
        resolve();
      } catch (error) {
        socket.off('data', onData).pause();
        reject(error);
      }
    };
    socket.on('data', onData);
  });
}

function socks5Request({ target, targetHost }: RouteContext): Buffer {
  const address = socks5Address(targetHost);
  return Buffer.concat([Buffer.from(SOCKS5_CONNECT), address, Buffer.from(bytesOf16(target.port))]);
}

/** RFC 1928, section 5: the type and the address or name. */
function socks5Address(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([1, ...ipv4Bytes(host)]);
  if (isIPv6(host)) return Buffer.from([4, ...toIpv6Groups(host).flatMap(bytesOf16)]);
  const name = Buffer.from(host);
  if (name.length > MAX_NAME_BYTES) throw new ProbeFailure('socks_address_not_supported');
  return Buffer.concat([Buffer.from([3, name.length]), name]);
}

/** RFC 1929, section 2. The limits of 255 bytes are kept when a proxy is parsed. */
function loginMessage({ username, password }: Credentials): Buffer {
  const user = Buffer.from(username);
  const secret = Buffer.from(password);
  return Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([secret.length]), secret]);
}

function isEmpty({ username, password }: Credentials): boolean {
  return username === '' && password === '';
}

function bytesOf16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

function ipv4Bytes(address: string): number[] {
  return address.split('.').map(Number);
}
