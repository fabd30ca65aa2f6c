import { describe, expect, test } from '@jest/globals';
import { addressRule } from './address-rules.ts';

const isPublic = addressRule(false);
const isAllowedInDevelopment = addressRule(true);

test.each(['93.184.216.34', '1.1.1.1', '2606:2800:220:1:248:1893:25c8:1946', '2a00:1450:4001:81b::200e'])(
  '%s is an address of the public internet',
  (address) => {
    expect(isPublic(address)).toBe(true);
  },
);

describe.each([
  ['this machine', ['127.0.0.1', '127.255.255.254', '::1']],
  ['a private network', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd12:3456::1']],
])('%s', (_what, addresses) => {
  test.each(addresses)('%s is allowed only where private addresses are', (address) => {
    expect([isPublic(address), isAllowedInDevelopment(address)]).toEqual([false, true]);
  });
});

describe.each([
  ['a link, where clouds keep their metadata', ['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::a9fe:a9fe']],
  ['a carrier, and its metadata', ['100.64.0.1', '100.100.100.200', '100.127.255.255']],
  ['no one', ['0.0.0.0', '0.1.2.3', '::', '255.255.255.255', '240.0.0.1']],
  ['many', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
  ['documentation and measurement', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1']],
  ['protocols', ['192.0.0.1', '192.88.99.1', '100::1']],
  ['another address, through 6to4, Teredo or NAT64', ['2002:7f00:1::', '2001:0:4136:e378::1', '64:ff9b::7f00:1']],
  ['IPv4 in forms of old', ['::ffff:0:127.0.0.1', '64:ff9b:1::1']],
  ['sites of old, and ranges not given out', ['fec0::1', '4000::1', 'e000::1']],
])('what belongs to %s', (_what, addresses) => {
  test.each(addresses)('%s is never allowed', (address) => {
    expect([isPublic(address), isAllowedInDevelopment(address)]).toEqual([false, false]);
  });
});

test.each([
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['::127.0.0.1', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:169.254.169.254', false],
])('%s, an IPv4 address written as IPv6, is judged as what it is', (address, inDevelopment) => {
  expect([isPublic(address), isAllowedInDevelopment(address)]).toEqual([false, inDevelopment]);
});
