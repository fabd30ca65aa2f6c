import type { Device, PreferencesJson, UserJson, UserRequestJson, UserTokenJson } from '@notify/contracts';
import type { Asked } from './asked.ts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export type DeviceRequest = Asked<Device, 'provider'>;
export type PreferencesRequest = Asked<PreferencesJson, 'channels' | 'types'>;

export interface UsersApi {
  /** Creates or replaces: what is left out is emptied. */
  put(userId: string, user: UserRequestJson, options?: CallOptions): Promise<UserJson>;
  get(userId: string, options?: CallOptions): Promise<UserJson>;
  /** What is left out stays. */
  patch(userId: string, changes: UserRequestJson, options?: CallOptions): Promise<UserJson>;
  list(query?: PageQuery, options?: CallOptions): List<UserJson>;
  devices: {
    /** Registers a device for push. A token belongs to the user who registered it last. */
    register(userId: string, device: DeviceRequest, options?: CallOptions): Promise<Device>;
    list(userId: string, query?: PageQuery, options?: CallOptions): List<Device>;
    delete(userId: string, token: string, options?: CallOptions): Promise<void>;
  };
  /**
   * A short-lived token for the user's browser, good for that user's inbox alone. There it takes the API key's place: `createClient({ apiKey: token })`.
   */
  createToken(userId: string, options?: CallOptions): Promise<UserTokenJson>;
  preferences: {
    get(userId: string, options?: CallOptions): Promise<PreferencesJson>;
    /** Replaces them all. */
    put(userId: string, preferences: PreferencesRequest, options?: CallOptions): Promise<PreferencesJson>;
  };
}

export function usersApi(transport: Transport): UsersApi {
  return {
    put: (userId, body, options) => transport({ method: 'PUT', path: path`/api/v1/users/${userId}`, body, ...options }),
    get: (userId, options) => transport({ method: 'GET', path: path`/api/v1/users/${userId}`, ...options }),
    patch: (userId, body, options) =>
      transport({ method: 'PATCH', path: path`/api/v1/users/${userId}`, body, ...options }),
    list: (query, options) => list(transport, { path: '/api/v1/users', query, ...options }),
    devices: {
      register: (userId, body, options) =>
        transport({
          method: 'POST',
          path: path`/api/v1/users/${userId}/devices`,
          body,
          // A device that is there already stays as it is.
          isRepeatable: true,
          ...options,
        }),
      list: (userId, query, options) =>
        list(transport, { path: path`/api/v1/users/${userId}/devices`, query, ...options }),
      delete: (userId, token, options) =>
        transport({ method: 'DELETE', path: path`/api/v1/users/${userId}/devices/${token}`, ...options }),
    },
    createToken: (userId, options) =>
      // One token more does no harm.
      transport({ method: 'POST', path: path`/api/v1/users/${userId}/tokens`, isRepeatable: true, ...options }),
    preferences: {
      get: (userId, options) =>
        transport({ method: 'GET', path: path`/api/v1/users/${userId}/preferences`, ...options }),
      put: (userId, body, options) =>
        transport({ method: 'PUT', path: path`/api/v1/users/${userId}/preferences`, body, ...options }),
    },
  };
}
