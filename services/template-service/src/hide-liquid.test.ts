import { expect, test } from '@jest/globals';
import { hideLiquid } from './hide-liquid.ts';

test('what was hidden comes back where it was', () => {
  const source = '<p title="{{ a }}">{% if a < b %}{{ b | append: "<br>" }}{% endif %}</p>{% liquid\n echo a\n%}';
  const { text, restore } = hideLiquid(source);
  expect(text).not.toMatch(/[{}%]/);
  expect(restore(text).trimEnd()).toBe(source);
});

test('lines stay where they are', () => {
  expect(hideLiquid('a{{ b\n\n}}c\n<d>').text.split('\n')).toHaveLength(4);
});

test('what was lost on the way is named with its line', () => {
  const { text, lostIn } = hideLiquid('{{ a }}\n\n{{ b }}');
  expect(lostIn(text)).toEqual([]);
  expect(lostIn(text.replace(/^\w+/, ''))).toEqual([{ markup: '{{ a }}', line: 1 }]);
});
