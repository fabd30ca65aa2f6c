import { expect, test } from '@jest/globals';
import type { AppError } from '@notify/contracts';
import { addressRule } from './address-rules.ts';
import { checkedTarget } from './webhook-target.ts';

const inProduction = { isHttpAllowed: false, isAddressAllowed: addressRule(false) };
const inDevelopment = { isHttpAllowed: true, isAddressAllowed: addressRule(true) };

function refusalOf(address: string, rules = inProduction): string | undefined {
  try {
    checkedTarget(address, rules);
    return undefined;
  } catch (error) {
    return (error as AppError).errors?.[0]?.code;
  }
}

test('https and a public name or address is all that production takes', () => {
  expect(checkedTarget('https://Hooks.Example.com/a?b=c#d', inProduction)).toBe('https://hooks.example.com/a?b=c');
  expect(checkedTarget('https://93.184.216.34:8443/', inProduction)).toBe('https://93.184.216.34:8443/');
  expect(refusalOf('http://hooks.example.com/')).toBe('https_only');
  expect(refusalOf('ftp://hooks.example.com/')).toBe('https_only');
  expect(refusalOf('https://')).toBe('not_an_address');
});

test('no user name or password may be in it: it is shown to whoever lists webhooks', () => {
  expect(refusalOf('https://user:password@hooks.example.com/')).toBe('credentials');
  expect(refusalOf('https://token@hooks.example.com/')).toBe('credentials');
});

test.each([
  ['plainly', 'https://127.0.0.1/'],
  ['as one decimal number', 'https://2130706433/'],
  ['in octal', 'https://0177.0.0.1/'],
  ['in hexadecimal', 'https://0x7f.0.0.1/'],
  ['as one hexadecimal number', 'https://0x7f000001/'],
  ['in short', 'https://127.1/'],
  ['with a dot at its end', 'https://127.0.0.1./'],
  ['in full-width digits', 'https://１２７.０.０.１/'],
  ['with circled digits', 'https://①②⑦.⓪.⓪.①/'],
  ['percent-encoded', 'https://%31%32%37.0.0.1/'],
  ['as IPv6', 'https://[::1]/'],
  ['mapped into IPv6', 'https://[::ffff:127.0.0.1]/'],
  ['mapped into IPv6, in hexadecimal', 'https://[::ffff:7f00:1]/'],
])('a loopback address written %s is seen through', (_how, address) => {
  expect(refusalOf(address)).toBe('address_not_allowed');
});

test('a cloud keeps its metadata to itself, in development too', () => {
  expect(refusalOf('https://169.254.169.254/latest/meta-data/')).toBe('address_not_allowed');
  expect(refusalOf('http://169.254.169.254/latest/meta-data/', inDevelopment)).toBe('address_not_allowed');
  expect(refusalOf('http://[::ffff:a9fe:a9fe]/', inDevelopment)).toBe('address_not_allowed');
});

test('development takes http, this machine and private networks', () => {
  for (const address of ['http://127.0.0.1:3000/', 'http://localhost:3000/', 'http://192.168.0.5/', 'http://[::1]/']) {
    expect(checkedTarget(address, inDevelopment)).toBe(address);
  }
});
