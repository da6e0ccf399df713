import { isIPv4 } from 'node:net';
import { type Rejection, RejectionReason, reject } from '../rejection.ts';
import { isPort } from './host-port.ts';
import type { RawEndpoint } from './raw-endpoint.ts';

/** The most proxies one line may stand for: one IPv4 /16, or every port of an address. */
const MAX_RANGE_SIZE = 65_536;

/** Whether an endpoint stands for many: addresses (`/30`), ports (`8080-8090`), or both. */
export function isRange(raw: RawEndpoint): boolean {
  return raw.prefix !== null || raw.lastPort !== null;
}

/** The single endpoints of a range, address by address, or why it cannot be expanded. */
export function expandRange(raw: RawEndpoint): Iterable<RawEndpoint> | Rejection {
  const addresses = raw.prefix === null ? null : parseBlock(raw.host, raw.prefix);
  if (addresses && 'reason' in addresses) return addresses;
  const first = Number(raw.port);
  const last = raw.lastPort === null ? first : Number(raw.lastPort);
  if (raw.lastPort !== null && !(isPort(raw.lastPort) && isPort(raw.port ?? '') && first <= last)) {
    return reject(
      RejectionReason.invalidPort,
      'a range of ports goes from the lower to the higher number, both from 1 to 65535',
    );
  }
  const size = (addresses?.size ?? 1) * (last - first + 1);
  if (size > MAX_RANGE_SIZE) {
    return reject(
      RejectionReason.rangeTooLarge,
      `the range stands for more than ${MAX_RANGE_SIZE} proxies`,
    );
  }
  return walk(raw, addresses, last);
}

function* walk(raw: RawEndpoint, block: Block | null, lastPort: number): Generator<RawEndpoint> {
  for (let offset = 0; offset < (block?.size ?? 1); offset += 1) {
    const host = block ? formatIpv4(block.first + offset) : raw.host;
    const single = { ...raw, host, prefix: null, lastPort: null };
    if (raw.lastPort === null) yield single;
    else
      for (let port = Number(raw.port); port <= lastPort; port += 1)
        yield { ...single, port: `${port}` };
  }
}

interface Block {
  readonly first: number;
  readonly size: number;
}

function parseBlock(host: string, prefix: string): Block | Rejection {
  const bits = Number(prefix);
  if (!isIPv4(host) || bits > 32) {
    return reject(
      RejectionReason.invalidAddress,
      'a range of addresses is an IPv4 address and a prefix length, such as 1.2.3.0/30',
    );
  }
  const size = 2 ** (32 - bits);
  const address = host.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first: address - (address % size), size };
}

function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
