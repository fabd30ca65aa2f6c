import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** 128 bits: nobody guesses one. */
const SIGNATURE_BYTES = 16;

/** Whose preferences a link opens, and the type of the message that it came with. */
export interface UnsubscribeSubject {
  userId: string;
  notificationType: string;
}

/** Links with which a person unsubscribes, and sees and sets their preferences: whoever has one may, as whoever reads the message. */
export interface UnsubscribeLinks {
  urlFor(subject: UnsubscribeSubject): string;
  /** Undefined: none of ours. */
  read(token: string): UnsubscribeSubject | undefined;
}

/**
 * Nothing is stored, and nothing expires: a link is good for as long as the mail that carries it, or until the secret changes.
 * @param secret the one of the service tokens; the key that signs is derived from it, so that neither kind is ever taken for the other.
 * @param publicUrl where people reach the api-gateway.
 */
export function createUnsubscribeLinks(secret: string, publicUrl: string): UnsubscribeLinks {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'unsubscribe links', 32));
  const base = `${publicUrl.replace(/\/+$/, '')}/u/`;
  const sign = (payload: string) => createHmac('sha256', key).update(payload).digest().subarray(0, SIGNATURE_BYTES);
  return {
    urlFor({ userId, notificationType }) {
      // Neither can hold a space.
      const payload = Buffer.from(`${notificationType} ${userId}`).toString('base64url');
      return `${base}${payload}.${sign(payload).toString('base64url')}`;
    },
    read(token) {
      const [payload = '', signature = ''] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      if (given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, sign(payload))) return undefined;
      const [notificationType = '', userId = ''] = Buffer.from(payload, 'base64url').toString().split(' ');
      return { userId, notificationType };
    },
  };
}

/** What a template may use besides the caller's variables, without declaring it. */
export const UNSUBSCRIBE_URL = 'unsubscribe_url';

/** The caller's own variable of that name wins. */
export function withUnsubscribeUrl(
  variables: Record<string, unknown>,
  unsubscribeUrl: string | undefined,
): Record<string, unknown> {
  return unsubscribeUrl === undefined ? variables : { [UNSUBSCRIBE_URL]: unsubscribeUrl, ...variables };
}
