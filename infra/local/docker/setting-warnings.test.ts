import { expect, test } from '@jest/globals';
import { settingWarnings } from './setting-warnings.ts';

const composeText = ['SMTP_HOST', 'SMTP_PORT', 'TWILIO_API_URL', 'PUBLIC_URL']
  .map((name) => `\${${name}:-}`)
  .join('\n');

test('settings that the compose file does not pass on are named, without their values', () => {
  const settings = { SMTP: 'a', DATABASE_URL: 'postgresql://u:secret@db/x', SMTP_PORT: '25', EMPTY: '' };
  expect(settingWarnings(settings, composeText)).toEqual(['.env: SMTP, DATABASE_URL have no effect in Docker']);
});

test.each(['localhost', '127.0.0.1', 'http://localhost:8025', 'http://user:password@127.0.0.1/'])(
  '%s in an address means the container, and the user is told',
  (value) => {
    expect(settingWarnings({ SMTP_HOST: value }, composeText)).toEqual([expect.stringContaining('SMTP_HOST names')]);
  },
);

test('addresses elsewhere, those told to clients, and the settings of compose itself are fine', () => {
  const settings = {
    SMTP_HOST: 'localhost.example.com',
    PUBLIC_URL: 'http://localhost:8001',
    COMPOSE_PROJECT_NAME: 'x',
    TWILIO_API_URL: 'https://example.com/localhost',
  };
  expect(settingWarnings(settings, composeText)).toEqual([]);
});

test('what compose reads in another way than it is written is named', () => {
  const settings = { SMTP_HOST: 'mail.example.com', SMTP_PORT: 'a$b', PUBLIC_URL: 'https://example.com #1' };
  expect(settingWarnings(settings, composeText)).toEqual([expect.stringContaining('SMTP_PORT, PUBLIC_URL holds')]);
});
