import { expect, test } from '@jest/globals';
import { everythingLogged } from './running-processes.ts';
import { api, createUser, freshEmail, refusedPhone, send, settled, unique } from './system.ts';

test('recipients, bodies, variables and keys are never logged, not even when delivery fails', async () => {
  const [email, phone, secret] = [freshEmail('bounce'), await refusedPhone(), unique('confidential')];
  const userId = await createUser({ email, phone });
  const { notification_id: id } = await send({
    user_id: userId,
    content: { title: `Title ${secret}`, body: `Body ${secret}` },
    channels: ['email', 'sms'],
    metadata: { secret },
  });
  expect(await settled(id)).toMatchObject({ status: 'failed' });
  await api('POST', '/api/notify', { to: { email, phone }, message: secret, type: 'otp' });
  await api('POST', '/api/v1/notifications', { to: { email, wrong: secret }, content: { body: secret } });
  const logged = everythingLogged();
  // The outcome is logged, so an empty log can't pass.
  expect(logged).toContain(id);
  for (const word of [email, phone, secret, (process.env['E2E_API_KEY'] as string).split('_').at(-1) as string]) {
    expect(logged.includes(word)).toBe(false);
  }
});
