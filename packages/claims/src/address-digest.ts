import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';

/** What stands for an address in Redis, whatever the address's case. */
export type AddressDigest = (address: string) => string;

/**
 * Who reads Redis without the secret learns no address from the digests: plain hashes of all phone numbers are
 * quickly made.
 * @param secret SERVICE_TOKEN_SECRET, which all who ask have; the key is derived from it (HKDF), so that neither tells the other. With
 * another secret every digest is another: user-service then makes the copy anew.
 */
export function createAddressDigest(secret: string): AddressDigest {
  // A KeyObject once: of a buffer Node makes one for each digest, which takes five times as long.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'notify suppressed addresses', 32)));
  // 128 bits are enough to never meet another's.
  return (address) =>
    createHmac('sha256', key).update(address.toLowerCase()).digest().subarray(0, 16).toString('base64url');
}
