import { expect, test } from '@jest/globals';
import {
  parseSource,
  renderSource,
  TemplateRenderError,
  TemplateSyntaxError,
  toScope,
  variablesOf,
} from './template-engine.ts';

/** The text, or what is missing for it. */
function render(source: string, variables: Record<string, unknown> = {}, html = false) {
  const { text, missing } = renderSource(parseSource(source, { html }), toScope(variables));
  return missing.length > 0 ? { missing } : { text };
}

function syntaxErrorOf(source: string): TemplateSyntaxError {
  try {
    parseSource(source, { html: true });
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error;
  }
  throw new Error(`${source} was accepted`);
}

test('variables are escaped in HTML, and only there', () => {
  const hostile = { name: `<script>"&'` };
  expect(render('<p>{{ name }}</p>', hostile, true)).toEqual({ text: '<p>&lt;script&gt;&#34;&amp;&#39;</p>' });
  expect(render('<p>{{ name }}</p>', hostile)).toEqual({ text: `<p><script>"&'</p>` });
});

test.each([
  '{% echo x %}',
  '{% cycle x %}',
  '{% liquid echo x %}',
  '{% assign y = x %}{{ y }}',
  '{% for y in list %}{{ y }}{% endfor %}',
  '{{ missing | default: x }}',
  '{{ x | escape }}',
  '{{ x | escape_once }}',
  '{{ x | append: "" }}',
])('%s does not get around the escaping, nor is it escaped twice', (source) => {
  expect(render(source, { x: '<i>', list: ['<i>'] }, true)).toEqual({ text: '&lt;i&gt;' });
});

test.each(['raw', 'newline_to_br', 'group_by', 'push', 'where_exp', 'hmac_sha256', 'nonsense'])(
  'the filter %s is refused',
  (filter) => {
    expect(syntaxErrorOf(`{{ x | ${filter} }}`).message).toContain(`undefined filter: ${filter}`);
  },
);

test.each(['include "x"', 'render "x"', 'layout "x"', 'block x', 'increment x', 'decrement x', 'nonsense'])(
  'the tag {%% %s %%} is refused',
  (tag) => {
    expect(syntaxErrorOf(`{% ${tag} %}`).message).toMatch(/tag "\w+" not found/);
  },
);

test('a syntax error says on which line it is', () => {
  const error = syntaxErrorOf('Hello\n\n{{ name | }}{% if %}');
  expect(error.line).toBe(3);
  expect(error.message).toMatch(/\(line 3\)$/);
  expect(syntaxErrorOf('a\n{{ oops').line).toBe(2);
  expect(syntaxErrorOf('{% if x %}never closed').message).toContain('not closed');
});

test('a source that is too long, or nested too deeply to be parsed, is a syntax error', () => {
  expect(syntaxErrorOf('x'.repeat(250_001)).line).toBe(1);
  expect(syntaxErrorOf('{% if a %}'.repeat(10_000) + '{% endif %}'.repeat(10_000)).line).toBe(1);
});

test('all missing variables are named at once, each one once', () => {
  const source = '{{ a }}{{ a }}{{ b.c }}{{ d.e.f }}{% for i in items %}{{ i.x }}{{ g }}{% endfor %}{{ h | upcase }}';
  expect(render(source, { b: {} })).toEqual({ missing: ['a', 'b.c', 'd', 'items', 'g', 'h'] });
  expect(render('{% for i in items %}{{ i.name }} {{ i.price }}{% endfor %}', { items: [{}] })).toEqual({
    missing: ['i.name', 'i.price'],
  });
});

test('only what these variables lead to is missed', () => {
  const source = '{% if vip %}{{ discount }}{% else %}{{ price }}{% endif %}';
  expect(render(source, { vip: false })).toEqual({ missing: ['price'] });
  expect(render(source, { vip: true })).toEqual({ missing: ['discount'] });
});

test('what is missing is shown by its name, escaped like everything', () => {
  const source = parseSource('{{ a | upcase }} {{ b.c }}{% for i in items %}, {{ i }}{% endfor %} {{ d["<i>"] }}', {
    html: true,
  });
  expect(renderSource(source, toScope({ b: {}, d: {} })).text).toBe('[A] [b.c], [items] [d.&lt;i&gt;]');
});

test('the variables of a source are known without rendering it, on every way through it', () => {
  const source =
    '{% assign x = a.b %}{{ x }}{% if c %}{{ d | default: e }}{% endif %}{% for i in f %}{{ i.g }}{% endfor %}';
  expect(variablesOf(parseSource(source, { html: false })).toSorted()).toEqual(['a', 'c', 'd', 'e', 'f']);
});

test('a template can say that a variable is optional', () => {
  expect(render('{% if coupon %}{{ coupon }}{% else %}none{% endif %} {{ name | default: "you" }}')).toEqual({
    text: 'none you',
  });
});

test('a null is as missing as what is not there, an empty string or false is not', () => {
  expect(render('{{ a.b }}', { a: { b: null } })).toEqual({ missing: ['a.b'] });
  expect(render('[{{ a }}{{ b }}{{ c }}]', { a: '', b: false, c: 0 })).toEqual({ text: '[false0]' });
});

test.each(['constructor', 'x.constructor', 'x.__proto__', 'x.toString', 's.constructor', 'list.push', '__proto__'])(
  'the prototype does not leak through {{ %s }}',
  (path) => {
    expect(render(`{{ ${path} }}`, { x: {}, s: 'text', list: [] })).toEqual({ missing: [path] });
  },
);

test('rendering changes neither the variables nor the next rendering', () => {
  const variables = { list: ['b', 'a'], x: 1 };
  const source = '{% assign x = 5 %}{% assign y = list | sort %}{{ x }}{{ y }}';
  expect(render(source, variables)).toEqual({ text: '5ab' });
  expect(render('{{ x }}{{ list }}', variables)).toEqual({ text: '1ba' });
  expect(variables).toEqual({ list: ['b', 'a'], x: 1 });
});

test('an object is never printed as [object Object]', () => {
  expect(() => render('{{ user }}', { user: { name: 'Ada' } })).toThrow(TemplateRenderError);
  expect(() => render('{{ user }}', { user: { name: 'Ada' } }, true)).toThrow(TemplateRenderError);
  expect(render('{{ user | json }}', { user: { name: 'Ada' } })).toEqual({ text: '{"name":"Ada"}' });
});

test('variables that are nested too deeply are a render error', () => {
  let deep: unknown = 'x';
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(() => render('{{ a }}', { a: deep })).toThrow(TemplateRenderError);
});

test('a render error names the line, and nothing of the variables', () => {
  expect(() => render('\n{{ secret | url_decode }}', { secret: '%zz-secret' })).toThrow(/^(?!.*zz).*\(line 2\)$/);
});

test('dates are the same wherever the process runs', () => {
  expect(render('{{ at | date: "%Y-%m-%d %H:%M %B" }}', { at: '2026-03-01T23:30:00Z' })).toEqual({
    text: '2026-03-01 23:30 March',
  });
});
