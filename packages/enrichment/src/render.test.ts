import { expect, test } from '@jest/globals';
import type { TemplateSources } from '@notify/contracts';
import { findSourceProblems } from './inspect-sources.ts';
import { channelsOf, compileTemplateVersion, MissingVariablesError, renderTemplate } from './render.ts';
import { TemplateRenderError, TemplateSyntaxError } from './template-engine.ts';

function version(locales: Record<string, TemplateSources>, defaultLocale = 'en') {
  return compileTemplateVersion({ code: 'welcome', version: 3, defaultLocale, locales });
}

const everyChannel: TemplateSources = {
  email: { subject: 'Hi {{ name }}', html: '<p>{{ name }}</p>', text: 'Dear {{ name }}' },
  sms: { text: 'Hi {{ name }}' },
  push: { title: 'Hi {{ name }}', body: 'Open {{ page }}', data: { page: '{{ page }}', fixed: 'yes' } },
  in_app: {
    title: 'Hi {{ name }}',
    body: 'See {{ page }}',
    action_url: 'https://example.test/{{ page | url_encode }}',
  },
};
const variables = { name: 'Ada & co', page: 'a b' };

test('each channel gets its own fields, and only HTML is escaped', () => {
  const template = version({ en: everyChannel });
  expect(renderTemplate(template, 'email', 'en', variables)).toEqual({
    title: 'Hi Ada & co',
    html: '<p>Ada &amp; co</p>',
    body: 'Dear Ada & co',
  });
  expect(renderTemplate(template, 'sms', 'en', variables)).toEqual({ body: 'Hi Ada & co' });
  expect(renderTemplate(template, 'push', 'en', variables)).toEqual({
    title: 'Hi Ada & co',
    body: 'Open a b',
    data: { page: 'a b', fixed: 'yes' },
  });
  expect(renderTemplate(template, 'in_app', 'en', variables)).toEqual({
    title: 'Hi Ada & co',
    body: 'See a b',
    actionUrl: 'https://example.test/a+b',
  });
});

test('email with HTML alone has no text', () => {
  const content = renderTemplate(version({ en: { email: { subject: 'S', html: '<p>H</p>' } } }), 'email', 'en', {});
  expect(content).toEqual({ title: 'S', html: '<p>H</p>', body: undefined });
});

test.each([
  ['fr-CA', 'québécois'],
  ['FR_ca', 'québécois'],
  ['fr-CA-x-y', 'québécois'],
  ['fr-BE', 'français'],
  ['fr', 'français'],
  ['de', 'English'],
  ['f', 'English'],
  ['', 'English'],
  [undefined, 'English'],
])('for the locale %s the text is %s', (locale, expected) => {
  const template = version(
    { fr_ca: { sms: { text: 'québécois' } }, fr: { sms: { text: 'français' } }, EN: { sms: { text: 'English' } } },
    'en',
  );
  expect(renderTemplate(template, 'sms', locale, {})).toEqual({ body: expected });
});

test('the channels are those of the one locale that would be used', () => {
  const template = version({ en: everyChannel, fr: { sms: { text: 'Salut' } } });
  expect(channelsOf(template, undefined)).toEqual(new Set(['email', 'sms', 'push', 'in_app']));
  expect(channelsOf(template, 'fr-CA')).toEqual(new Set(['sms']));
  expect(() => renderTemplate(template, 'email', 'fr-CA', {})).toThrow(TemplateRenderError);
});

test('what is missing in any field of the channel is named in one error', () => {
  const template = version({ en: { email: { subject: '{{ a }}', html: '{{ b }}{{ a }}', text: '{{ c.d }}' } } });
  let caught: unknown;
  try {
    renderTemplate(template, 'email', 'en', { c: {} });
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(MissingVariablesError);
  expect((caught as MissingVariablesError).variables.toSorted()).toEqual(['a', 'b', 'c.d']);
});

test('a variable can not smuggle a header into a subject or a title', () => {
  const template = version({ en: everyChannel });
  const hostile = { name: 'x\r\nBcc: victim@example.test\u0000\u0085\u2028y\n', page: 'p' };
  const expected = 'Hi x Bcc: victim@example.test y';
  expect(renderTemplate(template, 'email', 'en', hostile).title).toBe(expected);
  expect(renderTemplate(template, 'push', 'en', hostile).title).toBe(expected);
  expect(renderTemplate(template, 'in_app', 'en', hostile).title).toBe(expected);
});

test('a link that would run code is not rendered, whatever part of it a variable brings', () => {
  const render = (action_url: string, page: string) =>
    renderTemplate(version({ en: { in_app: { title: 'T', body: 'B', action_url } } }), 'in_app', 'en', { page });
  for (const [source, page] of [
    ['{{ page }}', 'javascript:alert(1)'],
    ['{{ page }}', ' \u0085JAVA\nSCRIPT:alert(1)'],
    ['{{ page }}:text/html,x', 'data'],
    ['vb{{ page }}', 'script:x'],
    ['{% if page %}javascript:x{% endif %}', 'yes'],
  ] as const) {
    expect(() => render(source, page)).toThrow(new TemplateRenderError('action_url would run code where it is opened'));
  }
  for (const page of ['myapp://orders/42', '/orders', 'mailto:ada@example.test', '']) {
    expect(render('{{ page }}', page).actionUrl).toBe(page);
  }
});

test('a body keeps its lines', () => {
  expect(renderTemplate(version({ en: { sms: { text: 'a\n{{ x }}' } } }), 'sms', 'en', { x: 'b\nc' })).toEqual({
    body: 'a\nb\nc',
  });
});

test('every problem of a draft is found, with the place where it is', () => {
  const problems = findSourceProblems({
    email: { subject: '{{ oops', text: 'fine', html: 'line 1\n{% include "x" %}' },
    push: { title: 'fine {{ name }}', body: '{{ x | raw }}', data: { link: '{% if %}' } },
  });
  expect(problems.map(({ field }) => field)).toEqual(['email.subject', 'email.html', 'push.body', 'push.data.link']);
  expect(problems[1]?.message).toContain('(line 2)');
  expect(findSourceProblems(everyChannel)).toEqual([]);
});

test('a link that runs code whatever its variables are is a problem of the draft; another is not', () => {
  const problemsOf = (action_url: string) => findSourceProblems({ in_app: { title: 'T', body: 'B', action_url } });
  for (const link of [
    'javascript:alert(1)',
    'JavaScript:open({{ id }})',
    ' java\nscript:x',
    '{{ link | default: "data:text/html,x" }}',
    '{% assign scheme = "vbscript" %}{{ scheme }}:x',
  ]) {
    expect(problemsOf(link)).toMatchObject([{ field: 'in_app.action_url', code: 'unsafe_url' }]);
  }
  for (const link of [
    '{{ link }}',
    '{{ scheme }}:orders',
    'myapp://orders/{{ id }}',
    '/orders',
    '{{ 1 | divided_by: 0 }}',
  ]) {
    expect(problemsOf(link)).toEqual([]);
  }
});

test('a version that does not parse can not be compiled', () => {
  expect(() => version({ en: { sms: { text: '{{ oops' } } })).toThrow(TemplateSyntaxError);
});
