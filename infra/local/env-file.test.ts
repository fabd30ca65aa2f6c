import { expect, test } from '@jest/globals';
import { fillPlaceholders, missingLines, parseEnv } from './env-file.ts';

test('each <random> is filled with a secret of its own', () => {
  const settings = parseEnv(fillPlaceholders('A=<random>\nB=<random>\nKEY=nk_live_<random-id>_<random>\n'));
  expect(settings['A']).toMatch(/^[0-9a-f]{64}$/);
  expect(settings['B']).not.toBe(settings['A']);
  expect(settings['KEY']).toMatch(/^nk_live_[0-9a-f]{12}_[0-9a-f]{64}$/);
});

test('a placeholder that a comment talks about is left alone', () => {
  expect(fillPlaceholders('# fills each <random>\n')).toBe('# fills each <random>\n');
});

test('values are read without the quotes around them, comments and blank lines are skipped', () => {
  expect(parseEnv('# no=1\n\nA=1\nexport B="two words"\nC=a=b\nD=\n')).toEqual({
    A: '1',
    B: 'two words',
    C: 'a=b',
    D: '',
  });
});

test('settings that came with an update are found, those that are there or commented out are not', () => {
  expect(missingLines('A=1\n# B=2\nC=<random>\n', 'A=\n')).toBe('C=<random>\n');
});
