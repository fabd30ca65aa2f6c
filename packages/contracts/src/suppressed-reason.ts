import type { SuppressionReason } from './http/suppressions.ts';

/** The reason code of a channel that is passed over because its address is suppressed, by the reason of the suppression. */
export const SUPPRESSED_REASONS = {
  hard_bounce: 'suppressed_bounce',
  complaint: 'suppressed_complaint',
  opted_out: 'suppressed_opted_out',
  manual: 'suppressed_manual',
} as const satisfies Record<SuppressionReason, string>;

/** Whether a channel was passed over because its address is suppressed. What an earlier version passed over says only `suppressed`. */
export function isSuppressedReason(reason: string): boolean {
  return reason === 'suppressed' || reason.startsWith('suppressed_');
}
