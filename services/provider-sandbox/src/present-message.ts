import { setImmediate } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import type { MessageContent, ReceivedMessage } from './message-store.ts';

/** A message as `GET /api/messages` shows it. */
export interface PresentedMessage extends MessageContent {
  id: string;
  channel: string;
  provider: string;
  to: string;
  from: string;
  notification_id: string | null;
  received_at: string;
}

/** How many mails are parsed before others get their turn. */
const BATCH_SIZE = 100;

/** Thousands of mails take seconds to parse: meanwhile new ones must be taken in. */
export async function presentMessages(messages: ReceivedMessage[]): Promise<PresentedMessage[]> {
  const presented: PresentedMessage[] = [];
  for (let start = 0; start < messages.length; start += BATCH_SIZE) {
    presented.push(...(await Promise.all(messages.slice(start, start + BATCH_SIZE).map(presentMessage))));
    await setImmediate();
  }
  return presented;
}

async function presentMessage(message: ReceivedMessage): Promise<PresentedMessage> {
  const { content } = message;
  const { headers, ...visible } = 'rawMail' in content ? await parseMail(content.rawMail) : content;
  return {
    id: message.id,
    channel: message.channel,
    provider: message.provider,
    to: message.to,
    from: message.from,
    ...visible,
    headers,
    notification_id: message.notificationId,
    received_at: message.receivedAt.toISOString(),
  };
}

async function parseMail(rawMail: Buffer): Promise<MessageContent> {
  try {
    const mail = await PostalMime.parse(rawMail, { attachmentEncoding: 'arraybuffer' });
    const headers: Record<string, string> = {};
    for (const { key, value } of mail.headers) {
      const earlier = headers[key];
      headers[key] = earlier === undefined ? value : `${earlier}, ${value}`;
    }
    return { subject: mail.subject, text: mail.text, html: mail.html, headers };
  } catch {
    // The vendor took it, so it is shown, as it came.
    return { text: rawMail.toString('utf8'), headers: {} };
  }
}
