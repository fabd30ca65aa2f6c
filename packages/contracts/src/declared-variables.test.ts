import { expect, test } from '@jest/globals';
import { findVariableProblems, type VariableDeclarations, variablesSchemaOf } from './declared-variables.ts';

const declarations: VariableDeclarations = {
  code: { type: 'string', required: true, max_length: 6, example: '123456' },
  minutes: { type: 'number', required: false, example: 10 },
  link: { type: 'url', required: true, example: 'https://example.com/' },
  at: { type: 'time', required: false, example: '2026-12-01T09:00:00Z' },
  items: { type: 'array', required: false, example: [] },
};
const problemsOf = (variables: Record<string, unknown>) =>
  findVariableProblems(variablesSchemaOf(declarations), variables).map(({ field, code }) => `${field} ${code}`);

test('variables as declared have no problems, and more than declared may come', () => {
  const variables = { code: '1', minutes: 1.5, link: 'http://x.test', at: '2026-12-01T09:00:00+02:00', items: [1] };
  expect(problemsOf({ ...variables, other: { a: 1 } })).toEqual([]);
  expect(problemsOf({ code: '', link: 'https://x.test', minutes: null })).toEqual([]);
});

test('everything that differs is told at once', () => {
  expect(problemsOf({ code: 1234567, minutes: '10', link: 'javascript:alert(1)', at: 'tomorrow', items: {} })).toEqual([
    'variables.code invalid_variable',
    'variables.minutes invalid_variable',
    'variables.link invalid_variable',
    'variables.at invalid_variable',
    'variables.items invalid_variable',
  ]);
  expect(problemsOf({ code: '1234567', link: null })).toEqual([
    'variables.code invalid_variable',
    'variables.link invalid_variable',
  ]);
  expect(problemsOf({})).toEqual(['variables.code missing_variable', 'variables.link missing_variable']);
});
