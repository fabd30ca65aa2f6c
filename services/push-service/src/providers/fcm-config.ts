import { vendorUrl } from '@notify/channel-worker';
import { type ConfigKeys, requiredWhenListed } from '@notify/service-kit';
import Joi from 'joi';

export interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
}
export interface FcmConfig {
  FCM_PROJECT_ID?: string;
  FCM_SERVICE_ACCOUNT?: ServiceAccount;
  FCM_API_URL?: string;
}

const serviceAccountSchema = Joi.object<ServiceAccount>({
  project_id: Joi.string().required(),
  client_email: Joi.string().required(),
  private_key: Joi.string().required(),
}).unknown();

/** Says what is wrong, never what it is: it holds a private key. */
function parseServiceAccount(value: string, helpers: Joi.CustomHelpers): ServiceAccount | Joi.ErrorReport {
  try {
    const { value: account, error } = serviceAccountSchema.validate(JSON.parse(value));
    if (error === undefined) return account as ServiceAccount;
  } catch {
    // Falls through to the one answer below.
  }
  return helpers.error('fcm.account');
}

export const fcmKeys: ConfigKeys<FcmConfig> = {
  /** The Firebase project. Needed where PUSH_PROVIDERS names fcm. */
  FCM_PROJECT_ID: requiredWhenListed(
    Joi.string().pattern(/^[a-z0-9-]{1,64}$/, 'a project id'),
    'PUSH_PROVIDERS',
    'fcm',
  ),
  /** The JSON of the service account's key, or FCM_SERVICE_ACCOUNT_FILE its file. Needed towards FCM itself. */
  FCM_SERVICE_ACCOUNT: Joi.string()
    .custom(parseServiceAccount)
    .messages({
      'fcm.account': '{{#label}} must be the JSON of a service account key (project_id, client_email, private_key)',
    })
    .when('FCM_API_URL', {
      not: Joi.exist(),
      then: requiredWhenListed(Joi.any(), 'PUSH_PROVIDERS', 'fcm'),
    }) as unknown as Joi.Schema<ServiceAccount>,
  /** Another address than https://fcm.googleapis.com. Default: FCM's. Without a service account it gets a token that opens nothing. */
  FCM_API_URL: vendorUrl(),
};
