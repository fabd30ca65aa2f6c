/** Where a notification is: which replay, which place in its plan, which try there. */
export interface Position {
  /** 0 at first; counts replays. */
  epoch: number;
  /** 0-based place in the channel plan. */
  hop: number;
  /** 1-based try on this hop. */
  attempt: number;
}

/** `<epoch>.<hop>.<attempt>`: names one attempt of one notification, in claims and ids. */
export function positionKey(position: Position): string {
  return `${position.epoch}.${position.hop}.${position.attempt}`;
}

/** The AMQP message id of a work message. Publishing it twice yields the same id, which makes repeats recognisable. */
export function workMessageId(notificationId: string, position: Position): string {
  return `${notificationId}.${positionKey(position)}`;
}

/**
 * The id of an event. It is derived, never random: a worker that repeats its publications after a crash
 * makes the same ids again, and the record drops what it has.
 * @param discriminator tells apart several events of one name at one position (a deferral's number, say).
 */
export function eventId(notificationId: string, position: Position, event: string, discriminator = ''): string {
  return `${notificationId}.${positionKey(position)}.${event}${discriminator === '' ? '' : `.${discriminator}`}`;
}

/** Ids, codes and types that callers choose. Not `.` or `..`: in a path they would mean another one. */
export const CALLER_ID_PATTERN = /^(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,128}$/;
