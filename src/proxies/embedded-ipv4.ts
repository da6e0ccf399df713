/** Where transition mechanisms keep the IPv4 address: at two 16-bit groups, XORed with a mask. */
const CARRIERS: readonly { readonly starts: readonly number[]; at: number; mask: number }[] = [
  { starts: [0x64, 0xff9b, 0, 0, 0, 0], at: 6, mask: 0 }, // NAT64, RFC 6052 section 2.1
  { starts: [0x64, 0xff9b, 1], at: 6, mask: 0 }, // local NAT64 with a /96 prefix, RFC 8215
  { starts: [0x2002], at: 1, mask: 0 }, // 6to4, RFC 3056 section 2
  { starts: [0x2001, 0], at: 6, mask: 0xffff }, // Teredo client, inverted: RFC 4380 section 4
];

/**
 * The IPv4 address inside a NAT64, 6to4 or Teredo address.
 *
 * @param address an IPv6 address without a zone id
 * @returns null when the address carries none
 */
export function embeddedIpv4(address: string): string | null {
  const groups = toIpv6Groups(address);
  const carrier = CARRIERS.find(({ starts }) => starts.every((group, i) => groups[i] === group));
  if (!carrier) return null;
  const [high = 0, low = 0] = groups
    .slice(carrier.at, carrier.at + 2)
    .map((group) => group ^ carrier.mask);
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** The eight 16-bit groups of an IPv6 address; `URL` turns a dotted tail into two groups. */
export function toIpv6Groups(address: string): number[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const gap = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(gap).fill('0'), ...right].map((group) =>
    Number.parseInt(group, 16),
  );
}
