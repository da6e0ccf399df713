import { isIPv4, isIPv6 } from 'node:net';

/** The four bytes of a canonical IPv4 literal. */
export function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** The sixteen bytes of an IPv6 literal in any RFC 4291 spelling. */
export function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  const bytes = Buffer.alloc(16);
  [...before, ...zeros, ...after].forEach((group, index) => {
    bytes.writeUInt16BE(group, index * 2);
  });
  return bytes;
}

/** ATYP and address of a SOCKS5 request (RFC 1928, section 5): a literal, or a name as it is. */
export function socks5Address(host: string): Buffer {
  if (isIPv4(host)) return Buffer.concat([Buffer.of(1), ipv4Bytes(host)]);
  if (isIPv6(host)) return Buffer.concat([Buffer.of(4), ipv6Bytes(host)]);
  const name = Buffer.from(host, 'latin1');
  return Buffer.concat([Buffer.of(3, name.length), name]);
}

export function portBytes(port: number): Buffer {
  return Buffer.of(port >> 8, port & 0xff);
}

function groupsOf(part: string): number[] {
  return part.split(':').flatMap((group) => {
    if (group === '') return [];
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
