import type { ApiKeyJson, ApiKeyRequestJson, NewApiKeyJson } from '@notify/contracts';
import type { Asked } from './asked.ts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export type ApiKeyRequest = Asked<ApiKeyRequestJson, 'environment'>;

export interface ApiKeysApi {
  /** The answer's `key` is shown this once. */
  create(request: ApiKeyRequest, options?: CallOptions): Promise<NewApiKeyJson>;
  list(query?: PageQuery, options?: CallOptions): List<ApiKeyJson>;
  /** Gives a key another secret; the old one stays good for 24 hours. */
  rotate(apiKeyId: string, options?: CallOptions): Promise<NewApiKeyJson>;
  revoke(apiKeyId: string, options?: CallOptions): Promise<void>;
}

export function apiKeysApi(transport: Transport): ApiKeysApi {
  return {
    create: (body, options) => transport({ method: 'POST', path: '/api/v1/api_keys', body, ...options }),
    list: (query, options) => list(transport, { path: '/api/v1/api_keys', query, ...options }),
    rotate: (apiKeyId, options) =>
      transport({ method: 'POST', path: path`/api/v1/api_keys/${apiKeyId}/rotate`, ...options }),
    revoke: (apiKeyId, options) =>
      transport({ method: 'DELETE', path: path`/api/v1/api_keys/${apiKeyId}`, ...options }),
  };
}
