import {
  type ApiKeyJson,
  apiKeyPageSchema,
  auditPageSchema,
  newApiKeySchema,
  userTokenSchema,
} from '@notify/contracts';
import { says, saysPage } from './operation.ts';

const SHOP: ApiKeyJson = {
  id: '4c1f9a7082be6d35',
  name: 'shop',
  scopes: ['notifications:write', 'notifications:read'],
  created_at: '2026-12-01T09:00:00.000Z',
  expires_at: '2030-01-01T00:00:00.000Z',
  last_used_at: null,
};
export const apiKeyPage = saysPage(apiKeyPageSchema, SHOP);
export const newApiKey = says(newApiKeySchema, { ...SHOP, key: 'nk_live_<id>_<secret>' });

export const userToken = says(userTokenSchema, {
  token: '<header>.<claims>.<signature>',
  expires_at: '2026-12-01T10:00:00.000Z',
});

export const auditPage = saysPage(auditPageSchema, {
  at: '2026-12-01T09:00:00.000Z',
  api_key_id: SHOP.id,
  operation: 'PUT /api/v1/users/{user_id}',
  target: { user_id: 'user-456' },
  status: 201,
  correlation_id: 'checkout-7f3a',
});
