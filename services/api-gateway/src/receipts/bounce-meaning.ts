import { DEAD_MAILBOX } from '@notify/contracts';
import type { Meaning } from './vendor-receipts.ts';

/**
 * What a mail's bounce means. The address is given up only where the mail server blames it, since one that is suppressed by mistake stays
 * silent for good.
 * @param enhancedCode undefined where the vendor does not repeat one: then its own word decides.
 * @param isHard whether the vendor itself gives the address up.
 */
export function bounceMeaning(enhancedCode: string | undefined, isHard: boolean): Meaning {
  const isItsFault = enhancedCode === undefined ? isHard : Object.hasOwn(DEAD_MAILBOX, enhancedCode);
  return { outcome: 'bounced', ...(isItsFault && { rejection: 'hard_bounce' }) };
}
