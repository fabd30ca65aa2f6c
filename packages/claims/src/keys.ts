import type { Position } from '@notify/contracts';

/** One hash per notification: a field for each position that was claimed, and one for what closed it. */
export const notificationKey = (notificationId: string): string => `notification:${notificationId}`;

/** The field that closes the whole notification; its value is why. */
export const CLOSED_FIELD = 'closed';
/**
 * The field that closes one hop alone: it has arrived where each channel is for itself, or its user was erased. For a replay too, since what
 * has arrived has arrived.
 */
export const closedHopField = ({ hop }: Pick<Position, 'hop'>): string => `closed.${hop}`;

/** Claims outlive every rung. A redelivery later than this, or after Redis lost its data, finds none and may send again. */
export const CLAIM_TTL_SECONDS = 6 * 3600;
