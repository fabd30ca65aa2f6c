import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Scope } from '@notify/contracts';

/** `nk_live_<id>_<secret>`; the secret has at least 256 bits. */
export const API_KEY_PATTERN = /^nk_(?:live|test)_([A-Za-z0-9]{6,32})_([A-Za-z0-9_-]{32,128})$/;

const ID_BYTES = 8;
const SECRET_BYTES = 32;

/** A key as the database has it: never the key itself. */
export interface StoredApiKey {
  id: string;
  keyHash: Buffer;
  /** Of the key before the last rotation, while that is still good. */
  previousHash?: Buffer;
  scopes: readonly Scope[];
  expiresAt?: Date;
}

/** A new key. @param id of the key that it replaces; default: one of its own. */
export function newApiKey(environment: 'live' | 'test', id = randomBytes(ID_BYTES).toString('hex')): string {
  return `nk_${environment}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The public part of a key, by which it is looked up; undefined when it is no key at all. */
export function apiKeyId(key: string): string | undefined {
  return API_KEY_PATTERN.exec(key)?.[1];
}

export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Constant-time. */
export function matchesApiKey(key: string, { keyHash, previousHash }: StoredApiKey): boolean {
  const hash = hashApiKey(key);
  return [keyHash, previousHash ?? keyHash].some((each) => timingSafeEqual(hash, each));
}
