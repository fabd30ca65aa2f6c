import { expect, test } from '@jest/globals';
import { MessageStore, type ReceivedMessage } from './message-store.ts';

function message(id: string, changes: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    id,
    channel: 'email',
    provider: 'smtp',
    to: 'ada@example.com',
    from: 'us@example.com',
    notificationId: null,
    receivedAt: new Date(),
    content: { headers: {} },
    ...changes,
  };
}

function ids(messages: ReceivedMessage[]): string[] {
  return messages.map(({ id }) => id);
}

test('lists the newest first, up to the limit', () => {
  const store = new MessageStore();
  for (const id of ['a', 'b', 'c']) store.add(message(id));
  expect(ids(store.list({ limit: 2 }))).toEqual(['c', 'b']);
});

test('finds by channel, by recipient in any case, by notification, and by all of them together', () => {
  const store = new MessageStore();
  store.add(message('mail-1', { to: 'Ada@Example.com', notificationId: 'n1' }));
  store.add(message('sms-1', { to: '+15005550100', channel: 'sms', notificationId: 'n1' }));
  store.add(message('mail-2', { notificationId: 'n2' }));
  store.add(message('mail-3', { to: 'bob@example.com', notificationId: 'n2' }));

  expect(ids(store.list({ limit: 10, channel: 'email' }))).toEqual(['mail-3', 'mail-2', 'mail-1']);
  expect(ids(store.list({ limit: 10, to: 'ADA@example.com' }))).toEqual(['mail-2', 'mail-1']);
  expect(ids(store.list({ limit: 10, notificationId: 'n1' }))).toEqual(['sms-1', 'mail-1']);
  expect(ids(store.list({ limit: 10, notificationId: 'n1', channel: 'sms' }))).toEqual(['sms-1']);
  expect(ids(store.list({ limit: 10, notificationId: 'n2', to: 'bob@example.com' }))).toEqual(['mail-3']);
  expect(store.list({ limit: 10, notificationId: 'n3' })).toEqual([]);
});

test('forgets the oldest when it is full, in every way of finding it', () => {
  const store = new MessageStore(3);
  store.add(message('old', { to: 'old@example.com', notificationId: 'n-old' }));
  for (const id of ['b', 'c', 'd']) store.add(message(id, { notificationId: 'n' }));

  expect(store.count).toBe(3);
  expect(ids(store.list({ limit: 10 }))).toEqual(['d', 'c', 'b']);
  expect(store.list({ limit: 10, to: 'old@example.com' })).toEqual([]);
  expect(store.list({ limit: 10, notificationId: 'n-old' })).toEqual([]);
});

test('never shows a newer message in the place of a forgotten one of the same recipient', () => {
  const store = new MessageStore(3);
  store.add(message('ada-1'));
  store.add(message('bob-1', { to: 'bob@example.com' }));
  store.add(message('ada-2'));
  store.add(message('bob-2', { to: 'bob@example.com' }));

  expect(ids(store.list({ limit: 10, to: 'ada@example.com' }))).toEqual(['ada-2']);
  expect(ids(store.list({ limit: 10, to: 'bob@example.com' }))).toEqual(['bob-2', 'bob-1']);
});

test('agrees with a plain list after many more messages than it holds', () => {
  const store = new MessageStore(50);
  const all: ReceivedMessage[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const next = message(String(index), { to: `user-${index % 7}@example.com`, notificationId: `n${index % 11}` });
    all.unshift(next);
    store.add(next);
  }
  const kept = all.slice(0, 50);
  for (let user = 0; user < 7; user += 1) {
    const to = `user-${user}@example.com`;
    expect(ids(store.list({ limit: 50, to }))).toEqual(ids(kept.filter((one) => one.to === to)));
  }
  for (let number = 0; number < 11; number += 1) {
    const notificationId = `n${number}`;
    const expected = kept.filter((one) => one.notificationId === notificationId);
    expect(ids(store.list({ limit: 50, notificationId }))).toEqual(ids(expected));
  }
});

test('is empty after it was cleared, and takes new messages', () => {
  const store = new MessageStore();
  store.add(message('before', { notificationId: 'n' }));
  const version = store.version;
  store.clear();
  expect(store.count).toBe(0);
  expect(store.version).not.toBe(version);
  expect(store.list({ limit: 10, notificationId: 'n' })).toEqual([]);

  store.add(message('after', { notificationId: 'n' }));
  expect(store.count).toBe(1);
  expect(ids(store.list({ limit: 10, notificationId: 'n' }))).toEqual(['after']);
});
