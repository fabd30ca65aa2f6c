import { createClient, NotifyError } from '@notify/client';

const { NOTIFY_URL = 'http://localhost:8001', API_KEY = '' } = process.env;
const client = createClient({ baseUrl: NOTIFY_URL, apiKey: API_KEY });

await client.users.put('ada', { email: 'ada@sandbox.test', phone: '+14155550124', name: 'Ada' });
const { notification_id } = await client.notifications.send({
  user_id: 'ada',
  notification_type: 'welcome',
  content: { title: 'Welcome', body: 'Good to see you' },
});
const { status, channel } = await client.notifications.waitUntilSettled(notification_id);
console.log(`${notification_id}: ${status} by ${channel}`);

for await (const failed of client.notifications.list({ status: 'failed', user_id: 'ada' })) {
  console.log('failed:', failed.notification_id, failed.timeline.at(-1)?.detail);
}

try {
  await client.notifications.send({ user_id: 'nobody', content: { body: 'Hello' } });
} catch (error) {
  if (!(error instanceof NotifyError)) throw error;
  console.log(`refused: ${error.status} ${error.code}`);
}
