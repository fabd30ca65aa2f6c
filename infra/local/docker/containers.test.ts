import { expect, test } from '@jest/globals';
import { conditionOf, failureOf } from './container-condition.ts';
import { type Container, parseInspected } from './containers.ts';

const inspected = {
  Id: 'abc',
  Name: '/main_api-gateway_1',
  RestartCount: 2,
  State: {
    Status: 'running',
    Pid: 42,
    ExitCode: 0,
    StartedAt: '2026-01-01T00:00:00.5Z',
    Health: { Status: 'healthy', FailingStreak: 0 },
  },
  HostConfig: { RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 } },
  Config: {
    Labels: { 'com.docker.compose.service': 'api-gateway', 'com.docker.compose.project.working_dir': '/srv/main' },
  },
  NetworkSettings: {
    Ports: {
      '8025/tcp': [{ HostIp: '127.0.0.1', HostPort: '8025' }],
      '1025/tcp': [{ HostIp: '127.0.0.1', HostPort: '1025' }],
      '25/tcp': null,
    },
  },
};

const oneOff = { ...inspected, Id: 'run', Config: { Labels: { 'com.docker.compose.oneoff': 'True' } } };

test('a container is read from what docker inspect prints; those of `compose run` are left out', () => {
  expect(parseInspected(JSON.stringify([oneOff, inspected]))).toEqual([
    {
      id: 'abc',
      name: 'main_api-gateway_1',
      service: 'api-gateway',
      state: 'running',
      health: 'healthy',
      pid: 42,
      restarts: 2,
      exitCode: 0,
      startedAt: '2026-01-01T00:00:00.5Z',
      staysUp: true,
      ports: [1025, 8025],
      workingDir: '/srv/main',
    },
  ]);
});

test('what has no health check, no process and no port is read too', () => {
  const stopped = {
    ...inspected,
    State: { Status: 'exited', Pid: 0, ExitCode: 3, StartedAt: '2026-01-01T00:00:00Z' },
    HostConfig: { RestartPolicy: { Name: 'no' } },
    NetworkSettings: { Ports: {} },
  };
  expect(parseInspected(JSON.stringify([stopped]))).toEqual([
    expect.objectContaining({
      state: 'exited',
      health: undefined,
      pid: undefined,
      exitCode: 3,
      staysUp: false,
      ports: [],
    }),
  ]);
});

test('replicas are in the order of their numbers', () => {
  const replicas = ['/main-sms-10', '/main-sms-2'].map((Name) => ({ ...inspected, Name }));
  expect(parseInspected(JSON.stringify(replicas)).map(({ name }) => name)).toEqual(['main-sms-2', 'main-sms-10']);
});

const [base] = parseInspected(JSON.stringify([inspected])) as [Container];

test.each<[Partial<Container>, string, RegExp | undefined]>([
  [{}, 'ready', undefined],
  [{ health: undefined }, 'ready', undefined],
  [{ health: 'starting' }, 'starting', undefined],
  [{ state: 'created', health: undefined }, 'starting', undefined],
  [{ state: 'restarting' }, 'restarting', undefined],
  [{ state: 'restarting', restarts: 3, exitCode: 1 }, 'restarting', /ended 3 times, last with code 1/],
  [{ health: 'starting', restarts: 3 }, 'starting', /ended 3 times/],
  [{ restarts: 7 }, 'ready', undefined],
  [{ health: 'unhealthy' }, 'unhealthy', /is unhealthy/],
  [{ state: 'paused' }, 'paused', /is paused/],
  [{ state: 'exited', staysUp: false }, 'done', undefined],
  [{ state: 'exited', staysUp: false, exitCode: 2 }, 'exited', /ended with code 2/],
  [{ state: 'exited', staysUp: true }, 'exited', /ended with code 0/],
])('%j is %s', (change, condition, failure) => {
  const container = { ...base, ...change };
  expect(conditionOf(container)).toBe(condition);
  if (failure === undefined) expect(failureOf(container)).toBeUndefined();
  else expect(failureOf(container)).toMatch(failure);
});
