import Joi from 'joi';
import { REJECTION_REASONS } from '../events.ts';
import * as field from './fields.ts';

/** The channels whose addresses can be suppressed. A dead device is deleted, and an inbox can always be reached. */
export const SUPPRESSIBLE_CHANNELS = ['email', 'sms'] as const;
export type SuppressibleChannel = (typeof SUPPRESSIBLE_CHANNELS)[number];

/** Why nothing is sent to an address: a provider or its owner said so, or somebody added it by hand. */
export const SUPPRESSION_REASONS = [...REJECTION_REASONS, 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

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
export interface SuppressionRequestJson {
  channel: SuppressibleChannel;
  address: string;
  /** As another system knows it, when its list is brought along. Default: `manual`. */
  reason?: SuppressionReason;
}
export const suppressionSchema = Joi.object<SuppressionRequestJson & { reason: SuppressionReason }>({
  channel: suppressibleChannel().required(),
  address: Joi.when('channel', { is: 'sms', then: field.phone(), otherwise: field.email().trim() }).required(),
  reason: Joi.string()
    .lowercase()
    .valid(...SUPPRESSION_REASONS)
    .default('manual'),
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
