import { expect, test } from '@jest/globals';
import { chooseMode, type ModeFacts, withoutDocker } from './choose-mode.ts';

const fresh: ModeFacts = {
  wanted: undefined,
  canRunNatively: true,
  running: undefined,
  hasData: { native: false, docker: false },
  last: undefined,
  dockerProblem: undefined,
};
const noEngine = 'no Docker engine answers';
const nativeData = { native: true, docker: false };
const dockerData = { native: false, docker: true };
const bothData = { native: true, docker: true };

test.each<[string, Partial<ModeFacts>, 'native' | 'docker']>([
  ['Docker is used where it can be', {}, 'docker'],
  ['without Docker it runs natively', { dockerProblem: noEngine }, 'native'],
  ['--mode=native decides', { wanted: 'native' }, 'native'],
  ['--mode=docker decides, although the data is elsewhere', { wanted: 'docker', hasData: nativeData }, 'docker'],
  ['--mode=native decides, although the data is elsewhere', { wanted: 'native', hasData: dockerData }, 'native'],
  ['what runs natively stays native', { running: 'native', hasData: dockerData }, 'native'],
  ['what runs in Docker stays there', { running: 'docker', hasData: nativeData }, 'docker'],
  ['native data is gone on with, although Docker could be used', { hasData: nativeData }, 'native'],
  ['Docker volumes are gone on with', { hasData: dockerData }, 'docker'],
  ['with data in both the last start decides', { hasData: bothData, last: 'docker' }, 'docker'],
  ['with data in both and no start known it stays native', { hasData: bothData }, 'native'],
  [
    'where nothing runs natively, native data does not matter',
    { canRunNatively: false, hasData: nativeData },
    'docker',
  ],
])('%s', (_, facts, mode) => {
  expect(chooseMode({ ...fresh, ...facts })).toMatchObject({ mode });
});

test.each<[string, Partial<ModeFacts>, RegExp]>([
  ['--mode=docker without an engine', { wanted: 'docker', dockerProblem: noEngine }, /--mode=docker.*no Docker engine/],
  [
    'a platform that has Docker alone, without an engine',
    { canRunNatively: false, dockerProblem: noEngine },
    /no Docker/,
  ],
  ['--mode=native on such a platform', { canRunNatively: false, wanted: 'native' }, /needs Linux/],
  ['a second system beside the native one', { running: 'native', wanted: 'docker' }, /runs natively now: npm stop/],
  ['a second system beside the one in Docker', { running: 'docker', wanted: 'native' }, /runs in Docker now: npm stop/],
  ['an empty system in place of one in Docker', { hasData: dockerData, dockerProblem: noEngine }, /--mode=native/],
])('%s is refused, with what can be done', (_, facts, text) => {
  expect(chooseMode({ ...fresh, ...facts })).toEqual({ refusal: expect.stringMatching(text) });
});

test.each<[string, Partial<ModeFacts>, RegExp]>([
  ['why Docker is not used', { dockerProblem: noEngine }, /no Docker engine answers/],
  ['that native data keeps it native, and how to switch', { hasData: nativeData }, /\.local\/data.*--mode=docker/],
  ['where the notifications stay that --mode leaves', { wanted: 'native', hasData: dockerData }, /the Docker volumes/],
])('the user is told %s', (_, facts, text) => {
  expect(chooseMode({ ...fresh, ...facts })).toMatchObject({ line: expect.stringMatching(text) });
});

test('a machine with native data and no Docker is not told about Docker at each start', () => {
  expect(chooseMode({ ...fresh, hasData: nativeData, dockerProblem: noEngine })).toEqual({ mode: 'native' });
});

test('nothing is said where no notification is left behind', () => {
  expect(chooseMode(fresh)).toEqual({ mode: 'docker' });
  expect(chooseMode({ ...fresh, wanted: 'native', hasData: bothData })).toEqual({ mode: 'native' });
});

test('a system that runs in Docker is left alone when an image for its update can not be pulled', () => {
  const facts: ModeFacts = { ...fresh, running: 'docker', dockerProblem: 'the image redis:7 could not be pulled' };
  expect(withoutDocker(facts)).toEqual({ refusal: expect.stringMatching(/runs in Docker already.*redis:7/) });
});

test('an image that can not be pulled makes the start native, unless Docker was asked for or has the data', () => {
  const dockerProblem = 'the image redis:7 could not be pulled';
  expect(withoutDocker({ ...fresh, dockerProblem })).toEqual({
    mode: 'native',
    line: expect.stringContaining('redis:7'),
  });
  expect(withoutDocker({ ...fresh, dockerProblem, wanted: 'docker' })).toHaveProperty('refusal');
  expect(withoutDocker({ ...fresh, dockerProblem, hasData: dockerData })).toHaveProperty('refusal');
});
