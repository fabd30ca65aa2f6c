import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Provider } from '@notify/channel-worker';
import { inTime, type ProviderBed, providerContract } from '@notify/testing';
import { mailAddresses, mailTo } from './mail-to.ts';

/** Registers the tests of what each mail API over HTTP keeps to: the contract of all providers, and more. */
export function mailApiCases(bed: () => ProviderBed, providerAt: (url: string) => Provider): void {
  const contract = providerContract({
    createProvider: () => providerAt(bed().sandbox.url),
    ...mailAddresses,
    sandbox: () => bed().sandbox,
  });
  for (const { title, run } of contract) test(title, run);

  test('a mail arrives with subject, both bodies and our sender', async () => {
    // What looks like a vendor's placeholder is as good a text as any.
    const text = 'Klartext {{x}} %recipient%';
    const delivery = mailTo('ada@example.test', { title: 'Grüße', body: text, html: '<p>Schön</p>' });
    const provider = providerAt(bed().sandbox.url);
    const result = await provider.send(delivery, inTime());
    const [message] = await bed().sandbox.messagesOf(delivery.notificationId);
    expect(result).toEqual({ status: 'sent', providerMessageId: message?.id });
    expect(message).toMatchObject({
      provider: provider.name,
      to: 'ada@example.test',
      from: 'no-reply@mail.acme.test',
      subject: 'Grüße',
      text,
      html: '<p>Schön</p>',
      headers: { 'x-notification-id': delivery.notificationId, 'auto-submitted': 'auto-generated' },
    });
  });

  test.each(['a@example.test, b@example.test', 'Bob <b@example.test>', 'a@example.test\r\nBcc: b@example.test'])(
    'the address %j is refused as one that is not one',
    async (address) => {
      const sending = providerAt(bed().sandbox.url).send(mailTo(address), inTime());
      await expect(sending).rejects.toMatchObject({ errorClass: 'recipient', errorCode: 'invalid_address' });
    },
  );

  test.each([
    [200, 'unknown'],
    [502, 'unknown'],
    [307, 'config'],
  ])('a page with HTTP %i in place of an answer is a %s error', async (status, errorClass) => {
    const { url } = await bed().startVendor((_request, response) => {
      response.writeHead(status, { 'Content-Type': 'text/html', Location: '/login' }).end('<html>hotel</html>');
    });
    const sending = providerAt(url).send(mailTo('ada@example.test'), inTime());
    await expect(sending).rejects.toMatchObject({ errorClass, errorCode: `http_${status}` });
  });

  test('a vendor that is not there is transient', async () => {
    const sending = providerAt('http://127.0.0.1:1').send(mailTo('ada@example.test'), inTime());
    await expect(sending).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ECONNREFUSED' });
  });

  test('two providers of one process keep their keys and addresses apart', async () => {
    const other = providerAt('http://127.0.0.1:1');
    const delivery = mailTo('ada@example.test');
    await providerAt(bed().sandbox.url).send(delivery, inTime());
    expect(await bed().sandbox.messagesOf(delivery.notificationId)).toHaveLength(1);
    await expect(other.send(delivery, inTime())).rejects.toMatchObject({ errorCode: 'ECONNREFUSED' });
  });

  test('a batch is one request, and a mail of its own for each recipient', async () => {
    const deliveries = [1, 2, 3].map((n) => mailTo(`batch-${n}-${randomUUID()}@example.test`));
    const result = await providerAt(bed().sandbox.url).sendBatch?.(deliveries, inTime());
    expect(result).toEqual({ status: 'sent', providerMessageId: expect.any(String) });
    for (const { notificationId, address } of deliveries) {
      const messages = await bed().sandbox.messagesOf(notificationId);
      expect(messages).toMatchObject([
        {
          id: result?.providerMessageId,
          to: address,
          subject: 'Hello',
          text: 'In plain text',
          headers: { 'x-notification-id': notificationId, 'auto-submitted': 'auto-generated' },
        },
      ]);
    }
  });

  test('each mail has the unsubscribe link of its own recipient, alone and in a batch', async () => {
    const deliveries = [1, 2].map((n) => ({
      ...mailTo(`reader-${n}-${randomUUID()}@example.test`),
      unsubscribeUrl: `https://notify.example/u/token-${n}.signature`,
    }));
    const alone = {
      ...mailTo(`reader-${randomUUID()}@example.test`),
      unsubscribeUrl: 'https://notify.example/u/a.b',
    };
    const provider = providerAt(bed().sandbox.url);
    await Promise.all([provider.sendBatch?.(deliveries, inTime()), provider.send(alone, inTime())]);
    for (const { notificationId, unsubscribeUrl } of [...deliveries, alone]) {
      const [message] = await bed().sandbox.messagesOf(notificationId);
      expect(message?.headers).toMatchObject({
        'list-unsubscribe': `<${unsubscribeUrl}>`,
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      });
    }
  });

  test('mail without a link has no such header, in a batch neither', async () => {
    const deliveries = [1, 2].map((n) => mailTo(`reader-${n}-${randomUUID()}@example.test`));
    await providerAt(bed().sandbox.url).sendBatch?.(deliveries, inTime());
    for (const { notificationId } of deliveries) {
      const [message] = await bed().sandbox.messagesOf(notificationId);
      expect(Object.keys(message?.headers ?? {}).filter((name) => name.startsWith('list-'))).toEqual([]);
    }
  });

  test('a batch with one refused address is refused as a whole, and nobody has got it', async () => {
    const deliveries = ['ada', 'bounce', 'bob'].map((name) => mailTo(`${name}-${randomUUID()}@sandbox.test`));
    const sending = providerAt(bed().sandbox.url).sendBatch?.(deliveries, inTime());
    await expect(sending).rejects.toMatchObject({ errorClass: 'recipient' });
    for (const { notificationId } of deliveries) expect(await bed().sandbox.messagesOf(notificationId)).toEqual([]);
  });
}
