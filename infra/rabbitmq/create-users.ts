// Makes the broker's users through its management API, at each start of docker-compose.yml, so that the passwords follow .env.
import { setTimeout as sleep } from 'node:timers/promises';
import { rabbitmqDefinitions } from './definitions.ts';

const { RABBITMQ_MANAGEMENT_URL = '', ...settings } = process.env as Record<string, string>;
const operator = settings['RABBITMQ_OPERATOR_USER'] ?? '';

/** What a broker has that was first started without .env: it gets the new users. */
const documentedDefault = { user: 'operator', password: 'development-only' };
const defaultServiceUser = 'notify';
const candidates = [{ user: operator, password: settings['RABBITMQ_OPERATOR_PASSWORD'] ?? '' }, documentedDefault];

const basic = (user: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** The plugin may begin to listen a moment later than the broker itself. */
async function upload(user: string, password: string, triesLeft = 60): Promise<Response> {
  try {
    return await fetch(`${RABBITMQ_MANAGEMENT_URL}/api/definitions`, {
      method: 'POST',
      headers: { ...basic(user, password), 'content-type': 'application/json' },
      body: JSON.stringify(rabbitmqDefinitions(settings)),
    });
  } catch (error) {
    if (triesLeft === 0) throw error;
    await sleep(500);
    return upload(user, password, triesLeft - 1);
  }
}

/** Where .env has other names than the defaults, nobody may come in by those any more. */
async function removeDefaults(user: string, password: string): Promise<void> {
  const wanted = [operator, settings['RABBITMQ_USER']];
  for (const name of [documentedDefault.user, defaultServiceUser].filter((each) => !wanted.includes(each))) {
    await fetch(`${RABBITMQ_MANAGEMENT_URL}/api/users/${name}`, { method: 'DELETE', headers: basic(user, password) });
  }
}

for (const { user, password } of candidates) {
  const answer = await upload(user, password);
  if (answer.ok) {
    await removeDefaults(operator, settings['RABBITMQ_OPERATOR_PASSWORD'] ?? '');
    console.log('The users of the broker are up to date.');
    process.exit(0);
  }
  if (answer.status !== 401) {
    console.error(`The broker answered ${answer.status}: ${await answer.text()}`);
    process.exit(1);
  }
}
console.error(
  `The broker does not take RABBITMQ_OPERATOR_PASSWORD of "${operator}": its volume was made with another one. Put that one back into .env, or delete the data with npm run reset.`,
);
process.exit(1);
