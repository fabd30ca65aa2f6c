import type { ClaimCap } from '@notify/claims';
import type { Envelope, NotificationTypeSettings } from '@notify/contracts';

/** How much one person may get. */
export interface UserCap {
  /** Notifications in any window of that length; 0: no cap. */
  perWindow: number;
  windowMs: number;
}

/**
 * What a claim asks about the recipient's cap. Nothing where there is none, or for what nobody may hold back: critical ones, those whose
 * type is exempt, and synchronous ones, whose callers wait for the answer. These do not count either.
 */
export function capFor(
  envelope: Envelope,
  { perWindow, windowMs }: UserCap,
  { onUserCap }: NotificationTypeSettings,
): ClaimCap | undefined {
  const isExempt = onUserCap === 'exempt' || envelope.priority === 'critical' || envelope.replyTo !== undefined;
  if (perWindow === 0 || isExempt) return undefined;
  const { expiresAt } = envelope;
  const expiresAtMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
  return {
    recipient: envelope.recipient,
    perWindow,
    windowMs,
    notAfterMs: onUserCap === 'suppress' ? 0 : expiresAtMs,
  };
}
