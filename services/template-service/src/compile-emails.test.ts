import { expect, test } from '@jest/globals';
import { compileEmails } from './compile-emails.ts';

const wrapped = (content: string) =>
  `<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n${content}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>`;
async function compile(...contents: string[]) {
  return compileEmails(contents.map((content) => ({ mjml: wrapped(content), wantsText: true })));
}

test('MJML becomes HTML and text, with its Liquid as it was', async () => {
  const [email] = await compile(
    '<mj-text>Hello {{ name | default: "you" }}{% if a < b %}!{% endif %}</mj-text>' +
      '<mj-raw>{% if url %}</mj-raw><mj-button href="{{ url }}">Go</mj-button><mj-raw>{% endif %}</mj-raw>',
  );
  expect(email?.problems).toEqual([]);
  expect(email?.html).toContain('>Hello {{ name | default: "you" }}{% if a < b %}!{% endif %}<');
  expect(email?.html).toContain('href="{{ url }}"');
  expect(email?.text).toMatch(/^Hello \{\{ name \| default: "you" \}\}.*Go <\{\{ url \}\}>/s);
});

test('every problem is named with its line, and the emails beside it are compiled', async () => {
  const emails = await compile(
    '<mj-text colr="red">a</mj-text>\n<mj-foo />',
    '{% if x %}\n<mj-text>a</mj-text>\n{% endif %}',
    '<mj-text>fine</mj-text>',
  );
  expect(emails.map(({ problems }) => problems)).toEqual([
    [
      'Attribute colr is illegal (mj-text, line 5)',
      "Element mj-foo doesn't exist or is not registered (mj-foo, line 6)",
    ],
    [
      '{% if x %} gets lost: between elements it has to be in an <mj-raw> (line 5)',
      '{% endif %} gets lost: between elements it has to be in an <mj-raw> (line 7)',
    ],
    [],
  ]);
});

test('what is no MJML is said to be none', async () => {
  const [plain, html] = await compileEmails([
    { mjml: 'Hello', wantsText: false },
    { mjml: '<html><body></body></html>', wantsText: false },
  ]);
  expect(plain?.problems).toEqual([expect.stringContaining('mjml')]);
  expect(html?.problems).toEqual([expect.stringContaining('mjml')]);
});

test('MJML reads no files, and loads nothing from elsewhere', async () => {
  const path = import.meta.filename;
  const includes = ['', 'type="html"', 'type="css"'].map((type) => `<mj-include path="${path}" ${type} />`);
  for (const { problems, html } of await compile(...includes)) {
    expect(problems).toEqual(['mj-include is not allowed: a template is whole by itself']);
    expect(html).not.toContain('reads no files');
  }
  const [plain] = await compile('<mj-text font-family="Roboto">a</mj-text>');
  expect(plain?.html).not.toContain('googleapis');
});

test('MJML that is nested too deeply is a problem, not a crash', async () => {
  const [deep] = await compile('<mj-section>'.repeat(20_000));
  expect(deep?.problems).toEqual(['it is nested too deeply']);
});

test('HTML alone gets its text and is not touched', async () => {
  const html = '<p>Hello {{ name }}</p>';
  expect(await compileEmails([{ html, wantsText: true }])).toEqual([{ html, text: 'Hello {{ name }}', problems: [] }]);
});
