import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runsCode } from './runs-code.ts';

const SCHEMES = ['javascript', 'vbscript', 'data'];

test.each([
  'javascript:alert(1)',
  'JavaScript://example.test/%0aalert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'DATA:text/html;base64,PHNjcmlwdD4=',
  '  javascript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript\r\n:alert(1)',
  '\u0000\u001fjavascript:alert(1)',
  '\u00a0javascript:alert(1)',
  '\u0085javascript:alert(1)',
  '\u200bjava\u00adscript:alert(1)',
  '\ufeffjavascript:alert(1)',
])('%j runs code', (link) => {
  expect(runsCode(link)).toBe(true);
});

test.each([
  '',
  'https://example.test/?q=javascript:alert(1)',
  'HTTP://example.test/#data:',
  '//example.test/orders',
  '/javascript:alert(1)',
  './data:text',
  'orders/42?next=data:',
  'mailto:ada@example.test',
  'tel:+14155550123',
  'myapp://orders/42',
  'com.example.shop:orders',
  'javascripts:page',
  'database:1',
  'javascript%3Aalert(1)',
])('%j does not', (link) => {
  expect(runsCode(link)).toBe(false);
});

test('what the URL parser of browsers takes for such a scheme is found, however it is dressed up', () => {
  const noise = fc.string({
    unit: fc.constantFrom(' ', '\t', '\n', '\r', '\u0000', '\u001f', '\u00a0', '\u200b', '/'),
  });
  const letters = fc
    .constantFrom(...SCHEMES)
    .chain((scheme) => fc.tuple(...[...`${scheme}:`].map((each) => fc.constantFrom(each, each.toUpperCase()))));
  const dressedUp = fc
    .tuple(letters, fc.array(noise, { minLength: 12, maxLength: 12 }), fc.string())
    .map(([scheme, gaps, rest]) => gaps[0] + scheme.map((each, place) => each + gaps[place + 1]).join('') + rest);
  const sparse = fc.tuple(letters, noise, fc.nat(10), noise, fc.string()).map(([scheme, before, at, within, rest]) => {
    const text = scheme.join('');
    return `${before}${text.slice(0, at)}${within}${text.slice(at)}${rest}`;
  });
  let found = 0;
  fc.assert(
    fc.property(fc.oneof(dressedUp, sparse, fc.string()), (link) => {
      const protocol = URL.parse(link, 'https://example.test')?.protocol ?? '';
      if (!SCHEMES.includes(protocol.slice(0, -1))) return;
      found += 1;
      expect(runsCode(link)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(0);
});
