import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, arrived, clearFaults, eventsOf, freshEmail, injectFault, send, settled, unique } from './system.ts';

afterEach(clearFaults);

const content = { title: 'Hello', body: 'It works' };
const replay = async (filter: Record<string, unknown>, dryRun = false) => {
  const { status, body } = await api('POST', '/api/v1/notifications/replay', { filter, dry_run: dryRun });
  expect(status).toBe(202);
  return body;
};

/** As many notifications of a type of their own, none of which its provider takes. */
async function failMany(count: number): Promise<{ type: string; ids: string[] }> {
  const type = unique('campaign');
  const ids = await Promise.all(
    Array.from({ length: count }, async () => {
      const email = freshEmail();
      await injectFault({ channel: 'email', to: email, kind: 'reject_content', times: 1 });
      return (await send({ to: { email }, content, channels: ['email'], notification_type: type })).notification_id;
    }),
  );
  for (const id of ids) expect(await settled(id)).toMatchObject({ status: 'failed' });
  return { type, ids };
}

test('a filtered set of failed notifications is replayed: exactly those arrive, each once', async () => {
  const [wanted, unwanted] = await Promise.all([failMany(15), failMany(15)]);
  const filter = { notification_type: wanted.type, status: 'failed' };
  expect(await replay(filter, true)).toEqual({ matched: 15, replayed: 0 });
  expect(await replay(filter)).toEqual({ matched: 15, replayed: 15 });
  for (const id of wanted.ids) {
    const notification = await eventually(async () => {
      const read = await settled(id);
      return read.status === 'sent' && read;
    });
    expect(eventsOf(notification).slice(-4)).toEqual([
      'failed email permanent',
      'replayed replay',
      'processing email',
      'sent email',
    ]);
    expect(await arrived({ notification_id: id })).toHaveLength(1);
  }
  expect(await replay(filter)).toEqual({ matched: 0, replayed: 0 });
  for (const id of unwanted.ids) {
    expect(await settled(id)).toMatchObject({ status: 'failed' });
    expect(await arrived({ notification_id: id })).toEqual([]);
  }
});

test('one failed notification is retried, and then there is nothing left to retry', async () => {
  const { ids } = await failMany(1);
  const path = `/api/v1/notifications/${ids[0]}/retry`;
  expect(await api('POST', path)).toMatchObject({ status: 202, body: { notification_id: ids[0] } });
  await eventually(async () => (await settled(ids[0] as string)).status === 'sent');
  expect(await api('POST', path)).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

test('a replay needs a filter, which may be empty, and knows only what can be replayed', async () => {
  expect(await api('POST', '/api/v1/notifications/replay', {})).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'filter' }] },
  });
  expect((await replay({}, true)).matched).toBeGreaterThanOrEqual(0);
  expect(await api('POST', '/api/v1/notifications/replay', { filter: { status: 'delivered' } })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'filter.status' }] },
  });
});
