import { expect, test } from '@jest/globals';
import { api } from './system.ts';

test('the registry of notification types can be read, what any other type gets first', async () => {
  const { status, body } = await api('GET', '/api/v1/notification_types');
  expect(status).toBe(200);
  expect(body.data[0]).toMatchObject({
    notification_type: 'default',
    required: false,
    unsubscribe: false,
    on_unknown: 'next_channel',
    user_cap: 'defer',
    quiet_hours: 'defer',
    content_retention_days: 30,
    retry: { medium: { before_failover: ['1s', '5s'], last_channel: ['30s', '2m', '10m', '1h'] } },
  });
  const receipts = body.data.find(
    (type: { notification_type: string }) => type.notification_type === 'payment_receipt',
  );
  expect(receipts).toMatchObject({ title: 'Receipts', titles: { fr: 'Reçus', es: 'Recibos' } });
  expect(body.meta).toEqual({ limit: body.data.length, next_cursor: null });
});

test('it takes a key, and is in the OpenAPI document', async () => {
  const refused = await api('GET', '/api/v1/notification_types', undefined, { authorization: '' });
  expect(refused.status).toBe(401);
  const { body } = await api('GET', '/openapi.json');
  expect(body.paths['/api/v1/notification_types'].get.tags).toEqual(['Follow']);
});
