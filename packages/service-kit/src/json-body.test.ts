import { expect, test } from '@jest/globals';
import { jsonProblem } from './json-body.ts';

const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`) as unknown;

test('what can be carried has no problem', () => {
  const fine = {
    a: [1, -0.5, 9007199254740991, 1e-300, null, true, 'text with \u{1F600} and \n'],
    constructor: { prototype: 'fine' },
    deep: nested(50),
  };
  expect(jsonProblem(fine)).toBeUndefined();
  expect(jsonProblem(undefined)).toBeUndefined();
});

test.each([
  ['NUL', '{"a":{"b":["x\\u0000y"]}}', 'a.b.0'],
  ['half a surrogate pair', '{"a":"\\ud800"}', 'a'],
  ['half a pair in a key', '{"a":{"\\ud800":1}}', 'a.\ufffd'],
  ['an integer that would become another', '{"a":[1,9007199254740993]}', 'a.1'],
  ['a number without end', '{"a":-1e400}', 'a'],
  ['a __proto__ key', '{"a":{"__proto__":{"x":1}}}', 'a.__proto__'],
])('%s is named with its place', (_what, json, field) => {
  expect(jsonProblem(JSON.parse(json))).toMatchObject({ field });
});

test('nesting without end is refused, without running out of stack', () => {
  expect(jsonProblem({ a: nested(100_000) })).toMatchObject({ message: expect.stringContaining('deeper') });
});
