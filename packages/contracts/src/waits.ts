/** Why a notification that could be sent waits for a better time: in the record, not on a rung. */
export const WAIT_REASONS = ['quiet_hours', 'user_cap'] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/** Tells one wait at a position from every other deferral there, in the ids of the events that begin and end it. */
export const waitName = (deferrals: number, reason: WaitReason): string => `${deferrals}.${reason}`;

const WAIT_NAME = new RegExp(`^(\\d+)\\.(${WAIT_REASONS.join('|')})$`);

/** The inverse of waitName(); undefined for what is none. */
export function parseWaitName(name: string): { deferrals: number; reason: WaitReason } | undefined {
  const [, deferrals, reason] = WAIT_NAME.exec(name) ?? [];
  return reason === undefined ? undefined : { deferrals: Number(deferrals), reason: reason as WaitReason };
}
