import { expect, test } from '@jest/globals';
import { composeProjectName } from './project-name.ts';

test.each([
  ['/srv/notification-system', 'notification-system'],
  ['/srv/Notification System (2)', 'notificationsystem2'],
  ['/srv/v1.2_main', 'v12_main'],
  ['/srv/_hidden', 'hidden'],
  ['/srv/…', 'default'],
  ['/', 'default'],
])('the project of %s is called %s, as compose calls it', (folder, name) => {
  expect(composeProjectName(folder, {}, {})).toBe(name);
});

test('COMPOSE_PROJECT_NAME decides, the one of the environment before the one of .env', () => {
  expect(composeProjectName('/srv/main', {}, { COMPOSE_PROJECT_NAME: 'from-file' })).toBe('from-file');
  const both = composeProjectName(
    '/srv/main',
    { COMPOSE_PROJECT_NAME: 'Shell' },
    { COMPOSE_PROJECT_NAME: 'from-file' },
  );
  expect(both).toBe('shell');
  expect(composeProjectName('/srv/main', { COMPOSE_PROJECT_NAME: '' }, {})).toBe('main');
});
