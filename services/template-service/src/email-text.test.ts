import { expect, test } from '@jest/globals';
import { parseSource, renderSource, toScope } from '@notify/enrichment';
import { emailTextOf } from './email-text.ts';

test('structure becomes lines, and links show where they lead', () => {
  const html =
    '<html><head><title>T</title><style>p { }</style></head><body><div style="display:none;">preview</div>' +
    '<h1>Hello {{ name }}</h1><p>Fish &amp; chips,<br>as ordered.</p><img src="x.png" alt="logo">' +
    '<ul><li>one</li><li>two</li></ul><a href="{{ url }}">See it</a> <a href="https://x.test">https://x.test</a></body></html>';
  expect(emailTextOf(html)).toBe(
    'Hello {{ name }}\n\nFish & chips,\nas ordered.\n\n * one\n * two\n\nSee it <{{ url }}> https://x.test',
  );
});

test('cells of a row stay apart, and layout leaves no traces', () => {
  const html =
    '<table><tr><td>&#8202;</td></tr></table><table><tr><td>Device</td><td>Firefox</td></tr><tr><td>Time</td><td>9:00</td></tr></table>';
  expect(emailTextOf(html)).toBe('Device Firefox\nTime 9:00');
});

test('a condition within a line leaves the line breaks around it alone', () => {
  expect(emailTextOf('<p>a</p><p>{% if x %}Hello {{ x }},<br>{% endif %}b</p>')).toBe(
    'a\n\n{% if x %}Hello {{ x }},\n{% endif %}b',
  );
});

test('conditions and loops still work in the text, and leave no empty lines', () => {
  const text = emailTextOf(
    '<p>a</p>{% if x < 1 %}<p>b</p>{% endif %}<table>{% for i in items %}<tr><td>{{ i }}</td></tr>{% endfor %}</table><p>c</p>',
  );
  const render = (variables: Record<string, unknown>) =>
    renderSource(parseSource(text, { html: false }), toScope(variables)).text;
  expect(render({ x: 0, items: ['&', '<'] }).split(/\n+/)).toEqual(['a', 'b', '&', '<', 'c']);
  expect(render({ x: 1, items: [] })).toBe('a\n\nc');
});
