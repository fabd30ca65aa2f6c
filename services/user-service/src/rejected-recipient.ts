import { check, type RecipientRejectedJson, recipientRejectedSchema } from '@notify/contracts';

const YEAR_10000_MS = Date.UTC(10_000, 0);

export interface RejectedRecipient {
  channel: RecipientRejectedJson['channel'];
  address: string;
  reason: RecipientRejectedJson['reason'];
  provider: string;
  errorCode: string;
  rejectedAt: Date;
}

/** What a `recipient.rejected` message says, or what is wrong with it. Never throws. */
export function parseRejectedRecipient(
  body: Buffer,
): { rejected: RejectedRecipient; problem?: never } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    return { problem: 'not JSON' };
  }
  const result = check(recipientRejectedSchema.required(), json);
  if (result.errors !== undefined) {
    return { problem: result.errors.map(({ field, code }) => `${field || 'message'}: ${code}`).join(', ') };
  }
  const { channel, address, reason, provider, error_code: errorCode, occurred_at } = result.value;
  const rejectedAt = new Date(occurred_at);
  // What the database can't take would fail its whole batch again and again. The comparison is also false for NaN.
  const isPossible = rejectedAt.getTime() >= 0 && rejectedAt.getTime() < YEAR_10000_MS;
  if (!isPossible) return { problem: 'occurred_at: impossible' };
  if ([address, provider, errorCode].some((text) => text.includes('\0'))) return { problem: 'message: has a NUL' };
  return { rejected: { channel, address, reason, provider, errorCode, rejectedAt } };
}
