import { createHash, timingSafeEqual } from 'node:crypto';

/** `nk_live_<id>_<secret>`; the secret has at least 256 bits. */
export const API_KEY_PATTERN = /^nk_(?:live|test)_([A-Za-z0-9]{6,32})_([A-Za-z0-9_-]{32,128})$/;

export const SCOPES = [
  'notifications:write',
  'notifications:read',
  'users:write',
  'users:read',
  'templates:write',
  'templates:read',
  'webhooks:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** A key as the database has it: never the key itself. */
export interface StoredApiKey {
  id: string;
  keyHash: Buffer;
  scopes: string[];
}

/** The public part of a key, by which it is looked up; undefined when it is no key at all. */
export function apiKeyId(key: string): string | undefined {
  return API_KEY_PATTERN.exec(key)?.[1];
}

export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Constant-time. */
export function matchesApiKey(key: string, stored: StoredApiKey): boolean {
  const hash = hashApiKey(key);
  return hash.length === stored.keyHash.length && timingSafeEqual(hash, stored.keyHash);
}
