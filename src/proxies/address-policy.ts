import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { DENIED_PORTS } from './denied-ports.ts';
import { embeddedIpv4 } from './embedded-ipv4.ts';
import {
  AddressRefusalCode,
  SPECIAL_IPV4,
  SPECIAL_IPV6,
  type SpecialRange,
} from './special-addresses.ts';

/** Why an address may not be dialed. */
export interface AddressRefusal {
  readonly code: AddressRefusalCode;
  /** Names the address and the block it lies in. */
  readonly detail: string;
}

/** Why a port may not be dialed. */
export interface PortRefusal {
  readonly code: 'port_out_of_range' | 'denied_port';
  readonly detail: string;
}

/** How strict the address policy is. */
export interface AddressPolicy {
  /**
   * Lets through loopback, private, link-local, documentation, benchmark and (where the IPv4 inside
   * is allowed) NAT64, 6to4 and Teredo addresses. Still refused: unspecified, multicast, broadcast,
   * reserved and IPv4-mapped addresses, metadata services, and every denied port.
   *
   * @default false
   */
  readonly allowPrivateAddresses?: boolean;
}

interface Block extends SpecialRange {
  readonly list: BlockList;
}

const ipv4Blocks = SPECIAL_IPV4.map((range) => toBlock(range, 'ipv4'));
const ipv6Blocks = SPECIAL_IPV6.map((range) => toBlock(range, 'ipv6'));
const specialIpv6 = union(SPECIAL_IPV6, 'ipv6');
/** The IPv4 blocks with addresses of each first octet. Most public addresses have none. */
const ipv4BlocksByOctet = Array.from({ length: 256 }, (_, octet) =>
  ipv4Blocks.filter(({ network, prefix }) => {
    const first = Number.parseInt(network, 10);
    return octet >= first && octet < first + 2 ** Math.max(0, 8 - prefix);
  }),
);

/**
 * Says whether an address may be dialed, as a proxy or a target: by default only global unicast.
 * Apply it to every answer of the resolver and dial the very address that passed.
 *
 * @param address an IP literal without brackets, in canonical spelling; `0177.0.0.1`, `2130706433`
 * and zone ids (`fe80::1%eth0`) are refused
 * @returns null when it may be dialed
 */
export function refuseAddress(address: string, policy: AddressPolicy = {}): AddressRefusal | null {
  const isV4 = isIPv4(address);
  if (!isV4 && (!isIPv6(address) || address.includes('%'))) {
    const detail = `${JSON.stringify(address.slice(0, 64))} is not an IP address in its canonical spelling`;
    return { code: AddressRefusalCode.notAnAddress, detail };
  }
  const block = isV4 ? findIpv4Block(address) : findIpv6Block(address);
  if (!block) return null;
  if (policy.allowPrivateAddresses && !block.always) return refuseInside(address, policy);
  return { code: block.code, detail: describe(address, block) };
}

/**
 * Says whether a port may be dialed, also where private addresses are allowed.
 *
 * @param port 1 to 65535
 * @returns null when it may be dialed
 */
export function refusePort(port: number): PortRefusal | null {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return { code: 'port_out_of_range', detail: `port ${port} is not between 1 and 65535` };
  }
  const service = DENIED_PORTS.get(port);
  if (service === undefined) return null;
  return { code: 'denied_port', detail: `port ${port} belongs to ${service} and is never dialed` };
}

/** An allowed IPv6 address that carries an IPv4 one is checked by the address inside. */
function refuseInside(address: string, policy: AddressPolicy): AddressRefusal | null {
  const inside = isIPv6(address) ? embeddedIpv4(address) : null;
  const refusal = inside === null ? null : refuseAddress(inside, policy);
  return refusal && { code: refusal.code, detail: `${address} carries ${refusal.detail}` };
}

function findIpv4Block(address: string): Block | undefined {
  const near = ipv4BlocksByOctet[Number.parseInt(address, 10)];
  return near?.find(({ list }) => list.check(address, 'ipv4'));
}

function findIpv6Block(address: string): Block | undefined {
  if (!specialIpv6.check(address, 'ipv6')) return undefined;
  return ipv6Blocks.find(({ list }) => list.check(address, 'ipv6'));
}

function describe(address: string, block: SpecialRange): string {
  return `${address} is not a public address: it lies in ${block.network}/${block.prefix}, ${block.name}`;
}

function toBlock(range: SpecialRange, family: 'ipv4' | 'ipv6'): Block {
  return { ...range, list: union([range], family) };
}

function union(ranges: readonly SpecialRange[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const { network, prefix } of ranges) list.addSubnet(network, prefix, family);
  return list;
}

/**
 * Names that never stand for a public host: `localhost` (RFC 6761), `local` (RFC 6762), `internal`
 * (reserved by ICANN in 2024; cloud-internal names end with it) and `home.arpa` (RFC 8375).
 */
const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.home.arpa'];

/**
 * Whether a name can only lead to a private address: it has one label or a private suffix. Every
 * other name is checked by the addresses it resolves to when it is dialed.
 *
 * @param name lower case, without a trailing dot
 */
export function isPrivateName(name: string): boolean {
  return !name.includes('.') || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix));
}
