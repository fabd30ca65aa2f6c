import { eventually } from '@notify/testing';
import { api, createUser, freshEmail, freshPhone, unique } from '../e2e/system.ts';
import { content, forEach, type LoadPlan, toEmail } from './load.ts';
import type { Copies } from './verify.ts';

const PER_TEMPLATE = 10;
const INBOXES = 20;
const SETUP_TIMEOUT_MS = 30_000;

/** Loads that need more than the gateway and a worker. What they ask for, no cache has seen. */

/** An email to a stored user each. */
export async function withUsers(total: number): Promise<LoadPlan> {
  const users: string[] = [];
  await forEach(total, async (index) => {
    // The fault before may have left its services with a lot to do.
    users[index] = await eventually(() => createUser({ email: freshEmail() }), SETUP_TIMEOUT_MS);
  });
  return { total, requestOf: (index) => ({ user_id: users[index], content, channels: ['email'] }) };
}

/** An SMS each from a template that ten of them share. */
export async function withTemplates(total: number): Promise<LoadPlan> {
  const codes: string[] = [];
  await forEach(Math.ceil(total / PER_TEMPLATE), async (index) => {
    codes[index] = await eventually(createTemplate, SETUP_TIMEOUT_MS);
  });
  return {
    total,
    requestOf: (index) => ({
      to: { phone: freshPhone() },
      template: { code: codes[Math.floor(index / PER_TEMPLATE)] },
      variables: { name: 'Ada' },
    }),
  };
}

async function createTemplate(): Promise<string> {
  const code = unique('fault');
  await api('POST', '/api/v1/templates', { code });
  await api('PUT', `/api/v1/templates/${code}/draft/en`, { sms: { text: 'Hello {{ name }}' } });
  const { status } = await api('POST', `/api/v1/templates/${code}/publish`, {});
  if (status !== 201) throw new Error(`publish: ${status}`);
  return code;
}

/** The requests of two loads in turns, as many as both have together. */
export function mixed(even: LoadPlan, odd: LoadPlan): LoadPlan {
  return {
    total: even.total + odd.total,
    requestOf: (index) => ((index % 2 === 0 ? even : odd).requestOf ?? toEmail)(Math.floor(index / 2)),
  };
}

/** In-app messages to twenty users, and what their inboxes show. */
export function withInboxes(total: number): { load(): Promise<LoadPlan>; countCopies(): Promise<Copies> } {
  let users: string[] = [];
  return {
    async load() {
      users = await Promise.all(
        Array.from({ length: INBOXES }, () => eventually(() => createUser({}), SETUP_TIMEOUT_MS)),
      );
      return {
        total,
        requestOf: (index) => ({ user_id: users[index % INBOXES], content, channels: ['in_app'] }),
      };
    },
    async countCopies() {
      const copies = new Map<string, number>();
      for (const user of users) {
        const { body } = await api('GET', `/api/v1/users/${user}/inbox?limit=200`);
        for (const { notification_id: id } of body.data) copies.set(id, (copies.get(id) ?? 0) + 1);
      }
      return copies;
    },
  };
}
