import { expect, test } from '@jest/globals';
import { api, createUser, freshEmail, gatewayUrl, settled, unique } from './system.ts';

const content = { title: 'T', body: 'B' };
const post = (body: unknown, headers?: Record<string, string>) => api('POST', '/api/v1/notifications', body, headers);
const to = { email: 'person@sandbox.test' };

test('without a key it is 401, with a wrong one too, and the answer is problem+json', async () => {
  const wrongKeys = [undefined, 'Bearer nope', `Bearer nk_live_abcdef12_${'x'.repeat(43)}`, 'Basic abc'];
  for (const authorization of wrongKeys) {
    const response = await fetch(`${gatewayUrl}/api/v1/notifications`, {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      code: 'unauthorized',
      status: 401,
      correlation_id: expect.any(String),
    });
  }
});

test('the key is accepted in X-API-Key as well', async () => {
  const key = process.env['E2E_API_KEY'] as string;
  const response = await fetch(`${gatewayUrl}/api/v1/notifications?limit=1`, { headers: { 'x-api-key': key } });
  expect(response.status).toBe(200);
});

test('malformed JSON, a body that is no object, a wrong content type', async () => {
  expect(await post('{"user_id": ')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
  for (const body of ['[]', '"text"', '17', 'null']) {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  }
  const text = await post('user_id=1', { 'content-type': 'text/plain' });
  expect(text.status).toBe(415);
});

test('a body over 256 KiB is 413', async () => {
  expect(await post({ to, content: { title: 'T', body: 'x'.repeat(300_000) } })).toMatchObject({
    status: 413,
    body: { code: 'payload_too_large' },
  });
});

test.each([
  ['no recipient', { content }, ['']],
  ['two recipients', { user_id: 'u', to, content }, ['']],
  ['no content', { to }, ['']],
  ['wrong types', { to, content, channels: 'email', priority: 7, metadata: [] }, ['channels', 'metadata', 'priority']],
  ['an unknown channel', { to, content, channels: ['email', 'fax'] }, ['channels.1']],
  ['a channel twice', { to, content, channels: ['sms', 'sms'] }, ['channels.1']],
  ['unknown fields', { to, content, colour: 'red', nested: {} }, ['colour', 'nested']],
  ['a header smuggled into the title', { to, content: { title: 'a\r\nBcc: x@y.z', body: 'b' } }, ['content.title']],
  ['an impossible phone number', { to: { phone: '+1555' }, content }, ['to.phone']],
  ['an id with a slash', { user_id: 'a/b', content }, ['user_id']],
])('%s: 400 that names each field', async (_what, body, fields) => {
  const answer = await post(body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(fields);
});

test.each<[string, Record<string, unknown>, string[]]>([
  ['a time that is none', { send_at: 'tomorrow' }, ['send_at']],
  [
    'days that their months do not have',
    { send_at: '2099-02-30T09:00:00Z', expires_at: '2099-04-31T09:00:00+01:00' },
    ['send_at', 'expires_at'],
  ],
  ['the hour 24', { send_at: '2099-02-28T24:00Z' }, ['send_at']],
  ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, ['expires_at']],
  [
    'an expiry before the sending',
    { send_at: '2099-01-02T00:00:00Z', expires_at: '2099-01-01T00:00:00Z' },
    ['expires_at'],
  ],
  ['a confirmation in no time', { confirm_within_seconds: 0 }, ['confirm_within_seconds']],
  ['a confirmation with mode all', { mode: 'all', confirm_within_seconds: 60 }, ['confirm_within_seconds']],
  ['an unknown mode', { mode: 'some' }, ['mode']],
])('%s: 400 that names each field of the wish', async (_what, wish, fields) => {
  const answer = await post({ to, content, ...wish });
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
});

test('headers that are no trace are left out, and the notification goes its way', async () => {
  const answer = await post({ to: { email: freshEmail() }, content }, { traceparent: '', 'x-correlation-id': 'a b' });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('x-correlation-id')).not.toBe('a b');
  expect(await settled(answer.body.notification_id)).toMatchObject({ status: 'sent' });
  const odd = await post({ to: { email: freshEmail() }, content }, { traceparent: 'not-a-trace' });
  expect(await settled(odd.body.notification_id)).toMatchObject({ status: 'sent' });
});

test('what can not be carried is refused with its place, and never a 500', async () => {
  const userId = await createUser({ email: freshEmail() });
  const constructorType = await post({ user_id: userId, notification_type: 'constructor', content });
  expect(constructorType.status).toBe(202);
  const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
  for (const [body, field] of [
    [`{"to":{"email":"a@sandbox.test"},"content":{"title":"T","body":"x\\u0000y"}}`, 'content.body'],
    [`{"to":{"email":"h\\ud800i@sandbox.test"},"content":{"title":"T","body":"B"}}`, 'to.email'],
    [`{"to":{"email":"a@sandbox.test"},"content":{"title":"T","body":"B"},"__proto__":{"x":1}}`, '__proto__'],
    [
      `{"to":{"email":"a@sandbox.test"},"content":{"title":"T","body":"B"},"metadata":${deep}}`,
      expect.stringContaining('metadata'),
    ],
  ]) {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
  }
  expect((await post('not gzip', { 'content-encoding': 'gzip' })).status).toBe(415);
  for (const time of ['-271821-04-20T00:00:00Z', '2026-02-30T00:00:00Z']) {
    expect((await api('GET', `/api/v1/notifications?created_after=${time}`)).status).toBe(400);
  }
  // An empty body must not empty the user.
  expect((await api('PUT', `/api/v1/users/${userId}`, '')).status).toBe(400);
  expect((await api('GET', `/api/v1/users/${userId}`)).body.email).not.toBeNull();
});

test('a path can not lead to another operation', async () => {
  const userId = await createUser({ email: freshEmail() });
  expect((await api('DELETE', `/api/v1/users/${userId}/devices/%2e%2e`)).status).toBe(404);
  expect((await api('DELETE', `/api/v1/users/${userId}/`)).status).toBe(404);
  expect((await api('GET', `/api/v1/users/${userId}`)).status).toBe(200);
  expect((await api('PUT', '/api/v1/users/%2e%2e', { email: freshEmail() })).status).toBe(404);
  expect((await post({ user_id: '..', content })).status).toBe(400);
});

test('an unknown user or template is 404, an unreachable recipient 422 with the reason for each channel', async () => {
  expect(await post({ user_id: unique('nobody'), content })).toMatchObject({
    status: 404,
    body: { code: 'user_not_found' },
  });
  expect(await post({ to, template: { code: unique('none') } })).toMatchObject({
    status: 404,
    body: { code: 'template_not_found' },
  });
  const userId = await createUser({ email: freshEmail() });
  expect(await post({ user_id: userId, content: { body: 'only a body' }, channels: ['email', 'sms'] })).toMatchObject({
    status: 422,
    body: {
      code: 'no_deliverable_channel',
      channels: [
        { channel: 'email', reason: 'no_content' },
        { channel: 'sms', reason: 'no_contact' },
      ],
    },
  });
});

test('what is not there is 404, whatever its id looks like', async () => {
  for (const id of ['00000000-0000-7000-8000-000000000000', 'nonsense', '%00', '..%2f..%2fetc']) {
    expect((await api('GET', `/api/v1/notifications/${id}`)).status).toBe(404);
  }
  expect((await api('GET', '/api/v1/nothing')).body).toMatchObject({ code: 'not_found' });
});

test('a bad query is 400 with every problem', async () => {
  const answer = await api('GET', '/api/v1/notifications?limit=0&status=lost&created_after=yesterday&sort=asc');
  expect(answer.status).toBe(400);
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'created_after',
    'limit',
    'sort',
    'status',
  ]);
  expect(await api('GET', '/api/v1/notifications?cursor=garbage')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'cursor' }] },
  });
});

test('user and preference requests are checked as strictly', async () => {
  const userId = unique('user');
  const answer = await api('PUT', `/api/v1/users/${userId}`, {
    email: 'x',
    timezone: 'Mars/Olympus',
    phone: '1',
    age: 3,
  });
  expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'age',
    'email',
    'phone',
    'timezone',
  ]);
  expect((await api('GET', `/api/v1/users/${userId}`)).body).toMatchObject({ code: 'user_not_found' });
  const known = await createUser({ email: freshEmail() });
  const never = { quiet_hours: { start: '22:00', end: '22:00', timezone: 'Africa/Nowhere', days: ['someday'] } };
  const refused = await api('PUT', `/api/v1/users/${known}/preferences`, never);
  expect(refused.status).toBe(400);
  expect(refused.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'quiet_hours.days.0',
    'quiet_hours.end',
    'quiet_hours.timezone',
  ]);
});

test('the API describes itself', async () => {
  const { body } = await api('GET', '/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/api/v1/notifications', '/api/notify']));
  const docs = await api('GET', '/docs');
  expect(docs.status).toBe(200);
  expect(docs.body).toContain('/api/notify');
});
