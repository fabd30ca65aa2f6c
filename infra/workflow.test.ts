import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectDir } from './local/paths.ts';

const read = (path: string): string => readFileSync(join(projectDir, path), 'utf8');
const workflow = read('.github/workflows/ci.yml');
const jobs = workflow
  .slice(workflow.indexOf('\njobs:\n'))
  .split(/\n {2}(?=[\w-]+:\n)/)
  .slice(1);
const steps = jobs.flatMap((job) => job.split(/\n {6}- /).slice(1));

/** Each image of this name in the text, with its tag and digest, once. Addresses of a server of that name are something else. */
const images = (text: string, name: string): string[] => [
  ...new Set(text.match(new RegExp(`(?<![@/\\w])${name}:\\d[\\w.-]*(@sha256:[0-9a-f]{64})?`, 'g'))),
];

const pinned = read('.github/images/Dockerfile').match(/(?<=^FROM ).+/gm) ?? [];
const nameOf = (image: string): string => image.slice(0, image.indexOf(':'));

test('every action is pinned by its commit, with the version for people beside it', () => {
  const actions = workflow.match(/uses: .*/g) ?? [];
  expect(actions).not.toEqual([]);
  expect(actions.filter((action) => !/@[0-9a-f]{40} # v\d/.test(action))).toEqual([]);
});

test('a job has a time limit and may only read, unless it says otherwise', () => {
  expect(jobs.length).toBeGreaterThan(1);
  expect(jobs.filter((job) => !job.includes('\n    timeout-minutes: '))).toEqual([]);
  expect(workflow).toContain('\npermissions:\n  contents: read\n\n');
});

test('no expression becomes part of a script, where an event could bring code with it', () => {
  const scripts = steps.filter((step) => /\brun: /.test(step)).map((step) => step.slice(step.search(/\brun: /)));
  expect(scripts).not.toEqual([]);
  expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
});

test('an image is pinned by its digest, and is the same wherever it is named', () => {
  const text = ['docker-compose.yml', 'infra/docker/Dockerfile'].map(read).join('\n');
  expect(pinned.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image))).toEqual([]);
  expect(pinned.flatMap((image) => images(text, nameOf(image)))).toEqual(pinned);
});

test('CI tests on the Node of the services, and on the oldest RabbitMQ and the one that compose brings up', () => {
  expect(images(workflow, 'node')).toEqual(pinned.filter((image) => nameOf(image) === 'node'));
  expect(images(workflow, 'rabbitmq')).toEqual([
    expect.stringMatching(/^rabbitmq:3\.10\..*@sha256:/),
    pinned.find((image) => nameOf(image) === 'rabbitmq'),
  ]);
});
