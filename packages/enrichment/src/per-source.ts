import type { TemplateSources } from '@notify/contracts';

/** The shape of TemplateSources, with anything in the place of each source. */
export interface PerSource<T> {
  email?: { subject: T; html?: T; text?: T };
  sms?: { text: T };
  push?: { title: T; body: T; data?: Record<string, T> };
  in_app?: { title: T; body: T; action_url?: T };
}

/** @param convert gets each source with its dotted place, and whether it is HTML. */
export function mapSources<T>(
  { email, sms, push, in_app }: TemplateSources,
  convert: (source: string, field: string, html: boolean) => T,
): PerSource<T> {
  const text = (source: string, field: string) => convert(source, field, false);
  const optional = (source: string | undefined, field: string, html = false) =>
    source === undefined ? undefined : convert(source, field, html);
  return {
    email: email && {
      subject: text(email.subject, 'email.subject'),
      html: optional(email.html, 'email.html', true),
      text: optional(email.text, 'email.text'),
    },
    sms: sms && { text: text(sms.text, 'sms.text') },
    push: push && {
      title: text(push.title, 'push.title'),
      body: text(push.body, 'push.body'),
      data: push.data && mapValues(push.data, (source, key) => text(source, `push.data.${key}`)),
    },
    in_app: in_app && {
      title: text(in_app.title, 'in_app.title'),
      body: text(in_app.body, 'in_app.body'),
      action_url: optional(in_app.action_url, 'in_app.action_url'),
    },
  };
}

export function mapValues<A, B>(record: Record<string, A>, convert: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value, key)]));
}
