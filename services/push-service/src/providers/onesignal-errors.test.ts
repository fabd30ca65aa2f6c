import { expect, test } from '@jest/globals';
import { emptyAnswerError, refusal, statusMeaning } from './onesignal-errors.ts';

test.each([
  [400, 'permanent'],
  [401, 'config'],
  [403, 'config'],
  [404, 'config'],
  [413, 'permanent'],
  [429, 'transient'],
  [500, 'transient'],
  [502, 'transient'],
  [503, 'transient'],
  [504, 'transient'],
  [302, 'config'],
  [409, 'permanent'],
  [204, 'unknown'],
])('HTTP %i is a %s error', (status, errorClass) => {
  expect(statusMeaning(status)[0]).toBe(errorClass);
});

test.each([
  ['Message Notifications must have English language content', 'permanent', 'http_400'],
  [
    'Incorrect subscription_id format in include_subscription_ids (not a valid UUID): x',
    'config',
    'not_a_subscription_id',
  ],
  ['app_id not found. You may be missing a Content-Type: application/json header.', 'config', 'app_id'],
])('a 400 that says "%s" is a %s error', (sentence, errorClass, errorCode) => {
  const error = refusal(400, [sentence]);
  expect(error).toMatchObject({ errorClass, errorCode });
  expect(error.message).not.toContain(sentence);
});

test('only a 400 is read for whose fault it is', () => {
  expect(refusal(503, ['app_id not found'])).toMatchObject({ errorClass: 'transient' });
});

test('Retry-After becomes the wait that a transient error asks for', () => {
  expect(refusal(429, undefined, '60')).toMatchObject({ errorClass: 'transient', retryAfterMs: 60_000 });
});

test.each([
  ['', { invalid_player_ids: ['x'] }, 'recipient', 'invalid_player_ids'],
  ['an-id', { invalid_player_ids: ['x'] }, 'recipient', 'invalid_player_ids'],
  ['', { invalid_aliases: { external_id: ['x'] } }, 'recipient', 'invalid_aliases'],
  ['', ['All included players are not subscribed'], 'recipient', 'not_subscribed'],
  ['', ['something new'], 'permanent', 'nothing_sent'],
  [undefined, undefined, 'permanent', 'nothing_sent'],
])('a 200 with the id %j and the errors %j is a %s error', (id, errors, errorClass, errorCode) => {
  expect(emptyAnswerError(id, errors)).toMatchObject({ errorClass, errorCode });
});

test('a 200 with an id has sent', () => {
  expect(emptyAnswerError('an-id', undefined)).toBeUndefined();
});
