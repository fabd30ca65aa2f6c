import { expect, test } from '@jest/globals';
import { pullProblem } from './images.ts';

test('the last thing that a failed pull says is told', () => {
  const output =
    'Using default tag: latest\nError response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: no such host\n';
  expect(pullProblem(output)).toBe('Get "https://registry-1.docker.io/v2/": dial tcp: no such host');
  expect(pullProblem('')).toBe('no reason given');
});
