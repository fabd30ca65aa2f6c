import { expect, test } from '@jest/globals';
import { readBenchOptions } from './options.ts';

test('without arguments both vendors are measured, three rounds of 10,000', () => {
  expect(readBenchOptions([])).toEqual({
    vendors: ['http', 'smtp'],
    rounds: 3,
    count: 10_000,
    halfLoadSeconds: 10,
    jsonFile: undefined,
  });
});

test('a run can be cut down to one vendor and few messages', () => {
  const options = readBenchOptions(['--vendor=smtp', '--rounds=1', '--count=500', '--json=result.json']);
  expect(options).toMatchObject({ vendors: ['smtp'], rounds: 1, count: 500, jsonFile: 'result.json' });
});

test.each(['--rounds=0', '--count=many', '--count=1.5', '--count=20001', '--vendor=fax', '--speed=11'])(
  'what makes no sense is refused before anything starts: %s',
  (argument) => {
    expect(() => readBenchOptions([argument])).toThrow(argument.split('=')[0]);
  },
);
