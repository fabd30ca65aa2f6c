import type { Channel, Content } from '@notify/contracts';
import type { RenderedContent } from './render.ts';

/** The channels for which ready-made content says enough: email needs a subject, push and in-app a title and a body. */
export function channelsWithContent(content: Content): Set<Channel> {
  const channels = new Set<Channel>();
  if (content.title && (content.body || content.html)) channels.add('email');
  if (content.body) channels.add('sms');
  if (content.title && content.body) channels.add('push').add('in_app');
  return channels;
}

/** What a channel shows of ready-made content. */
export function contentFor(channel: Channel, content: Content): RenderedContent {
  const { title, body, html, data } = content;
  if (channel === 'email') return { title, body, html };
  if (channel === 'sms') return { body };
  return { title, body, data };
}
