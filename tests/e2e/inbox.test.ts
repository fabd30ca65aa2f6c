import { expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { api, createUser, freshEmail, send, settled } from './system.ts';

const content = { title: 'Hello', body: 'It works' };

async function inInbox(userId: string): Promise<string> {
  const { notification_id: id } = await send({ user_id: userId, content, channels: ['in_app'] });
  expect(await settled(id)).toMatchObject({ status: 'delivered', channel: 'in_app' });
  return id;
}
const tokenHeaders = async (userId: string) => {
  const { body } = await api('POST', `/api/v1/users/${userId}/tokens`);
  return { authorization: `Bearer ${body.token}` };
};
const statusOf = async (id: string) =>
  ((await api('GET', `/api/v1/notifications/${id}`)).body as NotificationJson).status;

test('a user reads one item and archives another with a token; the notification becomes read', async () => {
  const ada = await createUser({ email: freshEmail() });
  const headers = await tokenHeaders(ada);
  const [first, second] = [await inInbox(ada), await inInbox(ada)];
  const inbox = `/api/v1/users/${ada}/inbox`;
  const { body: page } = await api('GET', `${inbox}?unread=true`, undefined, headers);
  const itemOf = (id: string) => page.data.find((item: { notification_id: string }) => item.notification_id === id).id;

  const read = await api('POST', `${inbox}/${itemOf(first)}/read`, undefined, headers);
  expect(read).toMatchObject({ status: 200, body: { notification_id: first, read_at: expect.any(String) } });
  await eventually(async () => (await statusOf(first)) === 'read');
  expect((await api('DELETE', `${inbox}/${itemOf(second)}`, undefined, headers)).status).toBe(204);
  expect(await statusOf(second)).toBe('delivered');
  expect((await api('GET', `${inbox}/unread_count`, undefined, headers)).body).toEqual({ unread_count: 0 });
  expect((await api('GET', inbox, undefined, headers)).body.data).toHaveLength(1);
});

test('a token changes nothing in the inbox of somebody else', async () => {
  const [ada, bob] = [await createUser({ email: freshEmail() }), await createUser({ email: freshEmail() })];
  await inInbox(bob);
  const headers = await tokenHeaders(ada);
  const bobs = `/api/v1/users/${bob}/inbox`;
  const { id } = (await api('GET', bobs)).body.data[0];
  expect((await api('POST', `${bobs}/${id}/read`, undefined, headers)).status).toBe(403);
  expect((await api('POST', `${bobs}/read_all`, undefined, headers)).status).toBe(403);
  expect((await api('DELETE', `${bobs}/${id}`, undefined, headers)).status).toBe(403);
  // Nor through her own path.
  expect((await api('POST', `/api/v1/users/${ada}/inbox/${id}/read`, undefined, headers)).status).toBe(404);
  expect((await api('GET', `${bobs}/unread_count`)).body).toEqual({ unread_count: 1 });
});

test('a notification that the application calls read is read in the inbox, too, and read_all does the rest', async () => {
  const ada = await createUser({ email: freshEmail() });
  const [first, second] = [await inInbox(ada), await inInbox(ada)];
  const answer = await api('POST', `/api/v1/notifications/${first}/read`);
  expect(answer).toMatchObject({ status: 200, body: { notification_id: first, status: 'read' } });
  expect(await api('POST', `/api/v1/notifications/${first}/read`)).toMatchObject({ status: 200, body: answer.body });
  const inbox = `/api/v1/users/${ada}/inbox`;
  expect((await api('GET', `${inbox}/unread_count`)).body).toEqual({ unread_count: 1 });
  expect((await api('POST', `${inbox}/read_all`)).body).toEqual({ read_count: 1 });
  await eventually(async () => (await statusOf(second)) === 'read');
});
