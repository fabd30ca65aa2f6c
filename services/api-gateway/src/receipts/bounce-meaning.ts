import type { Meaning } from './vendor-receipts.ts';

/**
 * A full mailbox, a mail that is too large, a policy, a suspicion of spam: another mail may well get through.
 * https://www.iana.org/assignments/smtp-enhanced-status-codes
 */
const NOT_THE_ADDRESS = /^5\.(2\.[23]|3\.\d+|7\.\d+)$/;

/**
 * What a mail's hard bounce means: the address is given up only where the mail server blames nothing else.
 * @param enhancedCode undefined where the vendor does not repeat it.
 */
export function bounceMeaning(enhancedCode: string | undefined): Meaning {
  const isItsFault = enhancedCode === undefined || !NOT_THE_ADDRESS.test(enhancedCode);
  return { outcome: 'bounced', ...(isItsFault && { rejection: 'hard_bounce' }) };
}
