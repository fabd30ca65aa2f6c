import Joi from 'joi';
import { CHANNELS, type Channel } from './channels.ts';

/** Why an attempt failed. `config` is ours and never blamed on the recipient; `unknown` may have been sent. */
export const ERROR_CLASSES = ['permanent', 'recipient', 'transient', 'config', 'unknown'] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export const ATTEMPT_STATUSES = ['sent', 'delivered', 'failed', 'unknown'] as const;

/** One provider call. */
export interface Attempt {
  channel: Channel;
  provider: string;
  epoch: number;
  hop: number;
  attempt: number;
  status: (typeof ATTEMPT_STATUSES)[number];
  /** The vendor's own code. */
  errorCode?: string;
  errorClass?: ErrorClass;
  providerMessageId?: string;
  startedAt: string;
  durationMs: number;
}

/** As it stands in messages, in the record and in API answers. */
export interface AttemptJson {
  channel: Channel;
  provider: string;
  epoch: number;
  hop: number;
  attempt: number;
  status: Attempt['status'];
  error_code?: string;
  error_class?: ErrorClass;
  provider_message_id?: string;
  started_at: string;
  duration_ms: number;
}

export const attemptJsonSchema = Joi.object<AttemptJson>({
  channel: Joi.valid(...CHANNELS).required(),
  provider: Joi.string().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  attempt: Joi.number().integer().min(1).required(),
  status: Joi.valid(...ATTEMPT_STATUSES).required(),
  error_code: Joi.string().allow(''),
  error_class: Joi.valid(...ERROR_CLASSES),
  provider_message_id: Joi.string().allow(''),
  started_at: Joi.string().isoDate().required(),
  duration_ms: Joi.number().min(0).required(),
});

export function attemptToJson(attempt: Attempt): AttemptJson {
  return {
    channel: attempt.channel,
    provider: attempt.provider,
    epoch: attempt.epoch,
    hop: attempt.hop,
    attempt: attempt.attempt,
    status: attempt.status,
    ...(attempt.errorCode === undefined ? {} : { error_code: attempt.errorCode }),
    ...(attempt.errorClass === undefined ? {} : { error_class: attempt.errorClass }),
    ...(attempt.providerMessageId === undefined ? {} : { provider_message_id: attempt.providerMessageId }),
    started_at: attempt.startedAt,
    duration_ms: attempt.durationMs,
  };
}

export function attemptFromJson(json: AttemptJson): Attempt {
  return {
    channel: json.channel,
    provider: json.provider,
    epoch: json.epoch,
    hop: json.hop,
    attempt: json.attempt,
    status: json.status,
    errorCode: json.error_code,
    errorClass: json.error_class,
    providerMessageId: json.provider_message_id,
    startedAt: json.started_at,
    durationMs: json.duration_ms,
  };
}
