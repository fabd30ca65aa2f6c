import { expect, test } from '@jest/globals';
import { parseStartOptions } from './start-options.ts';

test('--mode and --help are understood', () => {
  expect(parseStartOptions([])).toEqual({});
  expect(parseStartOptions(['--mode=docker'])).toEqual({ mode: 'docker' });
  expect(parseStartOptions(['--mode=native'])).toEqual({ mode: 'native' });
  expect(parseStartOptions(['--help'])).toEqual({ help: true });
});

test.each(['--mode=xyz', '--mode=', '--mode', 'docker', '--port=1'])('%s is refused with what exists', (argument) => {
  expect(() => parseStartOptions([argument])).toThrow(/is not known.*--mode=docker.*--mode=native/s);
});
