import { describe, expect, it } from 'vitest';
import { refuseAddress, refusePort } from '../../src/proxies/address-policy.ts';

const PUBLIC = [
  '1.2.3.4',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2a00:1450:4001::200e',
];

/** Refused in the cloud, let through where private addresses are allowed. */
const PRIVATE: readonly (readonly [address: string, code: string])[] = [
  ['10.0.0.0', 'private_address'],
  ['10.255.255.255', 'private_address'],
  ['100.64.0.1', 'private_address'],
  ['127.0.0.1', 'loopback_address'],
  ['127.255.255.254', 'loopback_address'],
  ['169.254.0.1', 'link_local_address'],
  ['172.16.0.0', 'private_address'],
  ['172.31.255.255', 'private_address'],
  ['192.0.0.8', 'reserved_address'],
  ['192.0.2.1', 'reserved_address'],
  ['192.88.99.1', 'reserved_address'],
  ['192.168.1.1', 'private_address'],
  ['198.18.0.1', 'reserved_address'],
  ['198.19.255.255', 'reserved_address'],
  ['198.51.100.1', 'reserved_address'],
  ['203.0.113.1', 'reserved_address'],
  ['::1', 'loopback_address'],
  ['fc00::1', 'private_address'],
  ['fdff::1', 'private_address'],
  ['fe80::1', 'link_local_address'],
  ['fec0::1', 'private_address'],
  ['100::1', 'reserved_address'],
  ['2001:2::1', 'reserved_address'],
  ['2001:db8::1', 'reserved_address'],
  ['3fff::1', 'reserved_address'],
  ['5f00::1', 'reserved_address'],
  ['64:ff9b::8.8.8.8', 'embedded_address'],
  ['64:ff9b::808:808', 'embedded_address'],
  ['64:ff9b:1::808:808', 'embedded_address'],
  ['2002:808:808::1', 'embedded_address'],
  ['2001:0:4136:e378:8000:63bf:f7f7:f7f7', 'embedded_address'],
];

/** Refused everywhere. */
const NEVER: readonly (readonly [address: string, code: string])[] = [
  ['0.0.0.0', 'unspecified_address'],
  ['0.1.2.3', 'unspecified_address'],
  ['169.254.169.254', 'metadata_address'],
  ['169.254.170.2', 'metadata_address'],
  ['168.63.129.16', 'metadata_address'],
  ['100.100.100.200', 'metadata_address'],
  ['fd00:ec2::254', 'metadata_address'],
  ['224.0.0.1', 'multicast_address'],
  ['239.255.255.255', 'multicast_address'],
  ['240.0.0.1', 'reserved_address'],
  ['255.255.255.255', 'broadcast_address'],
  ['::', 'unspecified_address'],
  ['::ffff:8.8.8.8', 'embedded_address'],
  ['::ffff:808:808', 'embedded_address'],
  ['::ffff:127.0.0.1', 'embedded_address'],
  ['::8.8.8.8', 'embedded_address'],
  ['::ffff:0:808:808', 'embedded_address'],
  ['ff02::1', 'multicast_address'],
  ['4000::1', 'reserved_address'],
  ['1::1', 'reserved_address'],
  ['8000::1', 'reserved_address'],
];

/** Transition addresses do not get around the rules for the address they carry. */
const CARRIERS: readonly (readonly [address: string, code: string])[] = [
  ['64:ff9b::169.254.169.254', 'metadata_address'],
  ['64:ff9b:1::a9fe:a9fe', 'metadata_address'],
  ['64:ff9b::0.0.0.0', 'unspecified_address'],
  ['2002:a9fe:a9fe::1', 'metadata_address'],
  ['2002:e000:1::1', 'multicast_address'],
  ['2001:0:4136:e378:8000:63bf:5601:5601', 'metadata_address'],
];

const NOT_ADDRESSES = [
  '',
  '2130706433',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '127.1',
  '1.2.3.4.',
  ' 1.2.3.4',
  '1.2.3.256',
  '[::1]',
  'fe80::1%eth0',
  '::1%0',
  'localhost',
];

describe('refuseAddress', () => {
  it.each(PUBLIC)('lets the global unicast address %s through', (address) => {
    expect(refuseAddress(address)).toBeNull();
    expect(refuseAddress(address, { allowPrivateAddresses: true })).toBeNull();
  });

  it.each(PRIVATE)('refuses %s as %s unless private addresses are allowed', (address, code) => {
    expect(refuseAddress(address, {})).toMatchObject({ code });
    expect(refuseAddress(address, { allowPrivateAddresses: false })).toMatchObject({ code });
    expect(refuseAddress(address, { allowPrivateAddresses: true })).toBeNull();
  });

  it.each(NEVER)('refuses %s as %s always', (address, code) => {
    expect(refuseAddress(address)).toMatchObject({ code });
    expect(refuseAddress(address, { allowPrivateAddresses: true })).toMatchObject({ code });
  });

  it.each(CARRIERS)('looks into %s where private addresses are allowed: %s', (address, code) => {
    expect(refuseAddress(address)).toMatchObject({ code: 'embedded_address' });
    expect(refuseAddress(address, { allowPrivateAddresses: true })).toMatchObject({ code });
  });

  it.each(NOT_ADDRESSES)('refuses %j, which is not a canonical address', (address) => {
    const code = 'not_an_address';
    expect(refuseAddress(address)).toMatchObject({ code });
    expect(refuseAddress(address, { allowPrivateAddresses: true })).toMatchObject({ code });
  });

  it('names the address and its block', () => {
    expect(refuseAddress('10.1.2.3')?.detail).toBe(
      '10.1.2.3 is not a public address: it lies in 10.0.0.0/8, private use (RFC 1918)',
    );
  });
});

describe('refusePort', () => {
  it.each([1, 53, 80, 443, 1080, 3128, 8080, 65_535])('lets %i through', (port) => {
    expect(refusePort(port)).toBeNull();
  });

  it.each([22, 25, 139, 445, 465, 587])('refuses %i, which belongs to another service', (port) => {
    expect(refusePort(port)).toMatchObject({ code: 'denied_port' });
  });

  it.each([0, -1, 65_536, 1.5, Number.NaN])('refuses %d, which is not a port', (port) => {
    expect(refusePort(port)).toMatchObject({ code: 'port_out_of_range' });
  });
});
