import type { SuppressibleChannel, SuppressionJson, SuppressionRequestJson } from '@notify/contracts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export interface SuppressionsApi {
  /** Sends nothing more to an address. One that is suppressed already stays as it is, with its reason. */
  add(suppression: SuppressionRequestJson, options?: CallOptions): Promise<SuppressionJson>;
  /** Newest first. */
  list(
    query?: PageQuery & { channel?: SuppressibleChannel; address?: string },
    options?: CallOptions,
  ): List<SuppressionJson>;
  /** Allows the address again. */
  delete(suppressionId: string, options?: CallOptions): Promise<void>;
}

export function suppressionsApi(transport: Transport): SuppressionsApi {
  return {
    add: (body, options) =>
      transport({ method: 'POST', path: '/api/v1/suppressions', body, isRepeatable: true, ...options }),
    list: (query, options) => list(transport, { path: '/api/v1/suppressions', query, ...options }),
    delete: (suppressionId, options) =>
      transport({ method: 'DELETE', path: path`/api/v1/suppressions/${suppressionId}`, ...options }),
  };
}
