/** Why an address may not be that of a proxy or a target. */
export const AddressRefusalCode = {
  /** Not an IPv4 or IPv6 address in its canonical spelling. */
  notAnAddress: 'not_an_address',
  unspecified: 'unspecified_address',
  private: 'private_address',
  loopback: 'loopback_address',
  linkLocal: 'link_local_address',
  metadata: 'metadata_address',
  multicast: 'multicast_address',
  broadcast: 'broadcast_address',
  /** Reserved for protocols, documentation, benchmarks or the future: no host has it. */
  reserved: 'reserved_address',
  /** An IPv6 address that carries an IPv4 one. */
  embedded: 'embedded_address',
} as const;
export type AddressRefusalCode = (typeof AddressRefusalCode)[keyof typeof AddressRefusalCode];

/** One block of addresses that are not global unicast. */
export interface SpecialRange {
  readonly network: string;
  /** The number of leading bits of `network` that count. */
  readonly prefix: number;
  readonly code: AddressRefusalCode;
  /** The registry's name of the block and the document that reserves it. */
  readonly name: string;
  /** Refused even where private addresses are allowed. @default false */
  readonly always?: true;
}

const { broadcast, embedded, linkLocal, loopback, metadata, multicast } = AddressRefusalCode;
const { private: privateUse, reserved, unspecified } = AddressRefusalCode;

/**
 * IANA IPv4 Special-Purpose Address Registry (blocks that are not globally reachable), IANA IPv4
 * Multicast Address Space Registry, and the metadata services of clouds. Narrower blocks come
 * first.
 */
export const SPECIAL_IPV4: readonly SpecialRange[] = [
  always('169.254.169.254/32', metadata, 'instance metadata (AWS, Azure, Google, Oracle)'),
  always('169.254.170.2/32', metadata, 'task credentials (Amazon ECS)'),
  always('169.254.170.23/32', metadata, 'pod identity (Amazon EKS)'),
  always('100.100.100.200/32', metadata, 'instance metadata (Alibaba Cloud)'),
  always('168.63.129.16/32', metadata, 'platform address (Azure)'),
  always('0.0.0.0/8', unspecified, 'this network (RFC 791)'),
  range('10.0.0.0/8', privateUse, 'private use (RFC 1918)'),
  range('100.64.0.0/10', privateUse, 'shared address space (RFC 6598)'),
  range('127.0.0.0/8', loopback, 'loopback (RFC 1122)'),
  range('169.254.0.0/16', linkLocal, 'link-local (RFC 3927)'),
  range('172.16.0.0/12', privateUse, 'private use (RFC 1918)'),
  range('192.0.0.0/24', reserved, 'IETF protocol assignments (RFC 6890)'),
  range('192.0.2.0/24', reserved, 'documentation (RFC 5737)'),
  range('192.88.99.0/24', reserved, '6to4 relay anycast (RFC 7526)'),
  range('192.168.0.0/16', privateUse, 'private use (RFC 1918)'),
  range('198.18.0.0/15', reserved, 'benchmarking (RFC 2544)'),
  range('198.51.100.0/24', reserved, 'documentation (RFC 5737)'),
  range('203.0.113.0/24', reserved, 'documentation (RFC 5737)'),
  always('224.0.0.0/4', multicast, 'multicast (RFC 5771)'),
  always('255.255.255.255/32', broadcast, 'limited broadcast (RFC 919)'),
  always('240.0.0.0/4', reserved, 'reserved (RFC 1112)'),
];

/**
 * IANA IPv6 Special-Purpose Address Registry, and everything outside `2000::/3`, the only block
 * that global unicast addresses are allocated from (RFC 4291, section 2.4; IANA IPv6 Address
 * Space). Narrower blocks come first.
 */
export const SPECIAL_IPV6: readonly SpecialRange[] = [
  always('fd00:ec2::254/128', metadata, 'instance metadata (AWS)'),
  always('fd00:ec2::23/128', metadata, 'pod identity (Amazon EKS)'),
  always('fd20:ce::254/128', metadata, 'instance metadata (Google)'),
  always('::/128', unspecified, 'unspecified (RFC 4291)'),
  range('::1/128', loopback, 'loopback (RFC 4291)'),
  always('::ffff:0:0/96', embedded, 'IPv4-mapped (RFC 4291)'),
  always('::ffff:0:0:0/96', embedded, 'IPv4-translated (RFC 2765)'),
  always('::/96', embedded, 'IPv4-compatible (RFC 4291)'),
  range('64:ff9b::/96', embedded, 'NAT64 (RFC 6052)'),
  range('64:ff9b:1::/48', embedded, 'local NAT64 (RFC 8215)'),
  range('100::/64', reserved, 'discard-only (RFC 6666)'),
  range('2001::/32', embedded, 'Teredo (RFC 4380)'),
  range('2001:db8::/32', reserved, 'documentation (RFC 3849)'),
  range('2001::/23', reserved, 'IETF protocol assignments (RFC 2928)'),
  range('2002::/16', embedded, '6to4 (RFC 3056)'),
  range('3fff::/20', reserved, 'documentation (RFC 9637)'),
  range('5f00::/16', reserved, 'segment-routing identifiers (RFC 9602)'),
  range('fc00::/7', privateUse, 'unique local (RFC 4193)'),
  range('fe80::/10', linkLocal, 'link-local (RFC 4291)'),
  range('fec0::/10', privateUse, 'site-local (RFC 3879)'),
  always('ff00::/8', multicast, 'multicast (RFC 4291)'),
  always('::/3', reserved, 'outside global unicast (RFC 4291)'),
  always('4000::/2', reserved, 'outside global unicast (RFC 4291)'),
  always('8000::/1', reserved, 'outside global unicast (RFC 4291)'),
];

/** @param block in CIDR notation */
function range(block: string, code: AddressRefusalCode, name: string): SpecialRange {
  const [network = '', prefix] = block.split('/');
  return { network, prefix: Number(prefix), code, name };
}

/** A block that is refused even where private addresses are allowed: no proxy lives there. */
function always(block: string, code: AddressRefusalCode, name: string): SpecialRange {
  return { ...range(block, code, name), always: true };
}
