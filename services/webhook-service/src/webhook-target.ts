import { isIP } from 'node:net';
import { AppError } from '@notify/contracts';
import type { AddressRule } from './address-rules.ts';

export interface TargetRules {
  /** Whether http will do. Default is https alone. */
  isHttpAllowed: boolean;
  isAddressAllowed: AddressRule;
}

/** The IP address that a host is, however it was written (`0x7f.1`, `2130706433`, `[::1]`): WHATWG's parser has made it plain. */
export function literalAddress({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

/**
 * The early answer to an address that would never be called. The one that counts is given anew at each connection (webhook-poster.ts): what
 * a name resolves to can change at any time.
 * @returns the address as it will be called.
 * @throws AppError `validation_failed`
 */
export function checkedTarget(address: string, { isHttpAllowed, isAddressAllowed }: TargetRules): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) throw refused('not_an_address', 'url must be an address');
  if (url.protocol !== 'https:' && !isHttpAllowed) throw refused('https_only', 'url must begin with https://');
  if (url.username !== '' || url.password !== '') {
    throw refused('credentials', 'url must not hold a user name or password: verify the signature instead');
  }
  const literal = literalAddress(url);
  if (literal !== undefined && !isAddressAllowed(literal)) {
    throw refused('address_not_allowed', 'url must not lead into a private or reserved network');
  }
  url.hash = '';
  return url.href;
}

function refused(code: string, message: string): AppError {
  return new AppError('validation_failed', '1 problem in the body', { errors: [{ field: 'url', code, message }] });
}
