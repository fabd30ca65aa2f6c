import { expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, freshEmail, send, settled } from './system.ts';

test('the statistics tell of what was sent, how long it took, by which provider, and what waits', async () => {
  const { notification_id: id } = await send({ to: { email: freshEmail() }, content: { title: 'T', body: 'B' } });
  await settled(id);
  const body = await eventually(async () => {
    const answer = await api('GET', '/api/v1/stats?window=1h');
    return answer.body.by_channel.email?.sent > 0 && answer.body.latency_ms !== null && answer.body;
  });
  expect(body.latency_ms.p99).toBeGreaterThan(0);
  expect(body.providers).toContainEqual(expect.objectContaining({ channel: 'email', provider: 'smtp' }));
  expect(body.queue_depths).toMatchObject({ 'email.queue': expect.any(Number) });
  expect((await api('GET', '/api/v1/stats?window=1y')).status).toBe(400);
});
