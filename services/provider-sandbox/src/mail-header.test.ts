import { expect, test } from '@jest/globals';
import { notificationIdOf } from './mail-header.ts';

function mail(...headers: string[]): Buffer {
  return Buffer.from(`${headers.join('\r\n')}\r\n\r\nX-Notification-ID: in-the-body\r\n`);
}

test('takes the notification from the header of its own', () => {
  expect(notificationIdOf(mail('Subject: Hi', 'x-notification-id: n-1', 'Message-ID: <n-2.0.0.1@x>'))).toBe('n-1');
});

test('takes the notification from our message id, folded or not', () => {
  expect(notificationIdOf(mail('Message-ID: <0192-ab.cd.1.0.3@notify.test>'))).toBe('0192-ab.cd');
  expect(notificationIdOf(mail('Subject: Hi', 'Message-ID:', ' <0192-ab.1.0.3@notify.test>'))).toBe('0192-ab');
});

test('knows no notification of a mail that is not ours, whatever its body says', () => {
  expect(notificationIdOf(mail('Subject: X-Notification-ID: no', 'Message-ID: <random@example.com>'))).toBeNull();
});
