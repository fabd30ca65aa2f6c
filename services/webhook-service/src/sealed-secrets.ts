import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D: 96 bits, never twice with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The secrets of webhooks as they are stored. They sign, so that they must be readable again: a hash would not do. */
export interface SealedSecrets {
  /** @param webhookId whose secret it is: sealed for one webhook, it opens for no other. */
  seal(secret: string, webhookId: string): Buffer;
  /** @throws when it was sealed with another key or for another webhook, or was changed. */
  open(sealed: Buffer, webhookId: string): string;
}

/** @param keyMaterial a setting; the key itself is derived from it. */
export function createSealedSecrets(keyMaterial: string): SealedSecrets {
  const key = Buffer.from(hkdfSync('sha256', keyMaterial, '', 'secrets of webhooks', 32));
  return {
    seal(secret, webhookId) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(webhookId));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    open(sealed, webhookId) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(webhookId)).setAuthTag(tag);
      const text = sealed.subarray(NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    },
  };
}
