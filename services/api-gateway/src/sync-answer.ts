import {
  AppError,
  type AttemptJson,
  isSuppressedReason,
  type NotifyOutcomeJson,
  PROVIDERS_UNAVAILABLE,
  type SyncReplyJson,
} from '@notify/contracts';

/** Failures that no later try could turn into a success. */
function isHopeless({ error_class: errorClass }: AttemptJson): boolean {
  return errorClass === 'permanent' || errorClass === 'recipient';
}

/**
 * The answer to a synchronous notification whose outcome is known: 200, or 207 when another channel had to help.
 * @throws AppError `undeliverable` (422) when nothing could ever succeed, else `delivery_failed` (500), both with the attempts and what was passed over.
 */
export function syncAnswer(reply: SyncReplyJson): { status: 200 | 207; body: NotifyOutcomeJson } {
  const { notification_id, status, channel, attempts, skipped = [] } = reply;
  if ((status === 'sent' || status === 'delivered') && channel !== undefined) {
    const fallbackUsed = skipped.length > 0 || attempts.some((attempt) => attempt.channel !== channel);
    return {
      status: fallbackUsed ? 207 : 200,
      body: { notification_id, status, channel, fallback_used: fallbackUsed, attempts, skipped },
    };
  }
  const extra = { notification_id, attempts, skipped };
  // Where its vendors were down, nothing was tried: no verdict on the recipient. A suppressed address is one.
  const isVerdict = skipped.every(({ reason }) => reason !== PROVIDERS_UNAVAILABLE);
  const isAnyRefused = attempts.length > 0 || skipped.some(({ reason }) => isSuppressedReason(reason));
  if (isVerdict && isAnyRefused && attempts.every(isHopeless)) {
    throw new AppError('undeliverable', 'No channel can ever deliver this: see attempts and skipped', { extra });
  }
  throw new AppError('delivery_failed', 'Every channel failed: see attempts and skipped', { extra });
}
