import type { Position } from '@notify/contracts';
import Joi from 'joi';

/** The attempt that a receipt is about: our adapters give these ids to the vendor, which repeats them. */
export interface AttemptReference extends Position {
  notificationId: string;
}

/** The same where a vendor repeats it, once `attemptKeys` has made numbers of its text. */
export interface AttemptIds extends Position {
  notification_id: string;
}

/** What is no attempt of ours is somebody else's message on the same account. */
export const attemptKeys = {
  notification_id: Joi.string().guid().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  attempt: Joi.number().integer().min(1).required(),
};

export function attemptOf({ notification_id, epoch, hop, attempt }: AttemptIds): AttemptReference {
  return { notificationId: notification_id, epoch, hop, attempt };
}
