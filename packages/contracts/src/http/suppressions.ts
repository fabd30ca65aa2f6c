import Joi from 'joi';
import type { REJECTION_REASONS } from '../events.ts';
import * as field from './fields.ts';

/** The channels whose addresses can be suppressed. A dead device is deleted, and an inbox can always be reached. */
export const SUPPRESSIBLE_CHANNELS = ['email', 'sms'] as const;
export type SuppressibleChannel = (typeof SUPPRESSIBLE_CHANNELS)[number];

/** Why nothing is sent to an address: a provider or its owner said so, or somebody added it by hand. */
export type SuppressionReason = (typeof REJECTION_REASONS)[number] | 'manual';

export interface SuppressionJson {
  id: string;
  channel: SuppressibleChannel;
  /** Null: its owner was erased. It is still suppressed. */
  address: string | null;
  reason: SuppressionReason;
  created_at: string;
}

const suppressibleChannel = () =>
  Joi.string<SuppressibleChannel>()
    .lowercase()
    .valid(...SUPPRESSIBLE_CHANNELS);

/** `POST /api/v1/suppressions` */
export const suppressionSchema = Joi.object<{ channel: SuppressibleChannel; address: string }>({
  channel: suppressibleChannel().required(),
  address: Joi.when('channel', { is: 'sms', then: field.phone(), otherwise: field.email().trim() }).required(),
}).label('Suppression');

/** `GET /api/v1/suppressions` */
export const suppressionsQuerySchema = Joi.object<{
  channel?: SuppressibleChannel;
  address?: string;
  limit: number;
  cursor?: string;
}>({
  channel: suppressibleChannel(),
  address: field.headerText(254).trim(),
  limit: field.listLimit(),
  cursor: field.listCursor(),
}).label('SuppressionsQuery');
