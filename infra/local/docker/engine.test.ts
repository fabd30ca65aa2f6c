import { expect, test } from '@jest/globals';
import { engineProblem } from './engine.ts';

test.each([
  [127, 'spawn docker ENOENT', 'Docker is not installed'],
  [
    1,
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied',
    'Docker is installed but this user may not use it',
  ],
  [
    1,
    'Cannot connect to the Docker daemon at unix:///nonexistent. Is the docker daemon running?',
    'no Docker engine answers at unix:///nonexistent',
  ],
  [1, 'error during connect: something new', 'no Docker engine answers'],
])('code %i with what docker says is told in one line', (code, output, line) => {
  expect(engineProblem(code, output)).toBe(line);
});
