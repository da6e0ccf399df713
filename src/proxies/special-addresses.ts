/** Why an address is not one a proxy or a target may live at. */
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
  /** An IPv6 address that carries an IPv4 one inside. */
  embedded: 'embedded_address',
} as const;
export type AddressRefusalCode = (typeof AddressRefusalCode)[keyof typeof AddressRefusalCode];

/** One block of addresses that are not global unicast. */
export interface SpecialRange {
  readonly network: string;
  /** Bits of `network` that count. */
  readonly prefix: number;
  readonly code: AddressRefusalCode;
  /** The registry's name of the block and the document that reserves it. */
  readonly name: string;
  /** Refused even where private addresses are allowed. @default false */
  readonly always?: true;
}

const { embedded, linkLocal, loopback, metadata, multicast, reserved } = AddressRefusalCode;

/**
 * IANA IPv4 Special-Purpose Address Registry (blocks that are not globally reachable), IANA IPv4
 * Multicast Address Space Registry, and the metadata services of clouds. The narrower block comes
 * first.
 */
export const SPECIAL_IPV4: readonly SpecialRange[] = [
  ...metadataRange('169.254.169.254', 32, 'instance metadata (AWS, Azure, Google, Oracle)'),
  ...metadataRange('169.254.170.2', 32, 'task credentials (Amazon ECS)'),
  ...metadataRange('169.254.170.23', 32, 'pod identity (Amazon EKS)'),
  ...metadataRange('100.100.100.200', 32, 'instance metadata (Alibaba Cloud)'),
  ...metadataRange('168.63.129.16', 32, 'platform address (Azure)'),
  range('0.0.0.0', 8, AddressRefusalCode.unspecified, 'this network (RFC 791)', true),
  range('10.0.0.0', 8, AddressRefusalCode.private, 'private use (RFC 1918)'),
  range('100.64.0.0', 10, AddressRefusalCode.private, 'shared address space (RFC 6598)'),
  range('127.0.0.0', 8, loopback, 'loopback (RFC 1122)'),
  range('169.254.0.0', 16, linkLocal, 'link-local (RFC 3927)'),
  range('172.16.0.0', 12, AddressRefusalCode.private, 'private use (RFC 1918)'),
  range('192.0.0.0', 24, reserved, 'IETF protocol assignments (RFC 6890)'),
  range('192.0.2.0', 24, reserved, 'documentation (RFC 5737)'),
  range('192.88.99.0', 24, reserved, '6to4 relay anycast (RFC 7526)'),
  range('192.168.0.0', 16, AddressRefusalCode.private, 'private use (RFC 1918)'),
  range('198.18.0.0', 15, reserved, 'benchmarking (RFC 2544)'),
  range('198.51.100.0', 24, reserved, 'documentation (RFC 5737)'),
  range('203.0.113.0', 24, reserved, 'documentation (RFC 5737)'),
  range('224.0.0.0', 4, multicast, 'multicast (RFC 5771)', true),
  range('255.255.255.255', 32, AddressRefusalCode.broadcast, 'limited broadcast (RFC 919)', true),
  range('240.0.0.0', 4, reserved, 'reserved (RFC 1112)', true),
];

/**
 * IANA IPv6 Special-Purpose Address Registry, and what lies outside `2000::/3`, the one block that
 * global unicast addresses are given out from (RFC 4291, section 2.4; IANA IPv6 Address Space).
 * The narrower block comes first.
 */
export const SPECIAL_IPV6: readonly SpecialRange[] = [
  ...metadataRange('fd00:ec2::254', 128, 'instance metadata (AWS)'),
  ...metadataRange('fd00:ec2::23', 128, 'pod identity (Amazon EKS)'),
  ...metadataRange('fd20:ce::254', 128, 'instance metadata (Google)'),
  range('::', 128, AddressRefusalCode.unspecified, 'unspecified (RFC 4291)', true),
  range('::1', 128, loopback, 'loopback (RFC 4291)'),
  range('::ffff:0:0', 96, embedded, 'IPv4-mapped (RFC 4291)', true),
  range('::ffff:0:0:0', 96, embedded, 'IPv4-translated (RFC 2765)', true),
  range('::', 96, embedded, 'IPv4-compatible (RFC 4291)', true),
  range('64:ff9b::', 96, embedded, 'NAT64 (RFC 6052)'),
  range('64:ff9b:1::', 48, embedded, 'local NAT64 (RFC 8215)'),
  range('100::', 64, reserved, 'discard-only (RFC 6666)'),
  range('2001::', 32, embedded, 'Teredo (RFC 4380)'),
  range('2001:db8::', 32, reserved, 'documentation (RFC 3849)'),
  range('2001::', 23, reserved, 'IETF protocol assignments (RFC 2928)'),
  range('2002::', 16, embedded, '6to4 (RFC 3056)'),
  range('3fff::', 20, reserved, 'documentation (RFC 9637)'),
  range('5f00::', 16, reserved, 'segment-routing identifiers (RFC 9602)'),
  range('fc00::', 7, AddressRefusalCode.private, 'unique local (RFC 4193)'),
  range('fe80::', 10, linkLocal, 'link-local (RFC 4291)'),
  range('fec0::', 10, AddressRefusalCode.private, 'site-local (RFC 3879)'),
  range('ff00::', 8, multicast, 'multicast (RFC 4291)', true),
  range('::', 3, reserved, 'outside global unicast (RFC 4291)', true),
  range('4000::', 2, reserved, 'outside global unicast (RFC 4291)', true),
  range('8000::', 1, reserved, 'outside global unicast (RFC 4291)', true),
];

function range(
  network: string,
  prefix: number,
  code: AddressRefusalCode,
  ...[name, always]: [name: string, always?: true]
): SpecialRange {
  return { network, prefix, code, name, ...(always && { always }) };
}

/** No proxy lives at a metadata service, on nobody's machine: refused always. */
function metadataRange(network: string, prefix: number, name: string): SpecialRange[] {
  return [range(network, prefix, metadata, name, true)];
}
