import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createUnsubscribeLinks } from './unsubscribe-links.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const links = createUnsubscribeLinks(SECRET, 'https://notify.example');
const subject = { userId: 'ada:1', notificationType: 'news.weekly' };
const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

test('a link leads back to the user and the type, whatever their ids', () => {
  const callerId = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,128}$/);
  fc.assert(
    fc.property(callerId, callerId, (userId, notificationType) => {
      const url = links.urlFor({ userId, notificationType });
      expect(url).toMatch(/^https:\/\/notify\.example\/u\/[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{22}$/);
      expect(links.read(tokenOf(url))).toEqual({ userId, notificationType });
    }),
  );
});

test('a link that anybody changed, or made with another secret, is none', () => {
  const token = tokenOf(links.urlFor(subject));
  const [payload, signature] = token.split('.') as [string, string];
  const other = tokenOf(links.urlFor({ ...subject, userId: 'bob' }));
  const foreign = tokenOf(createUnsubscribeLinks(`${SECRET}!`, 'https://notify.example').urlFor(subject));
  const changed = [`${other.split('.')[0]}.${signature}`, `${payload}.`, payload, `.${signature}`, '', '.', foreign];
  for (const each of changed) expect(links.read(each)).toBeUndefined();
});
