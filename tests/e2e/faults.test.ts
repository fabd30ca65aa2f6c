// The short form of the fault suite in tests/faults: the faults that happen to everyone, in every `npm test`.
import { faultCase } from '../faults/fault-case.ts';
import { flood } from '../faults/flood.ts';
import { killAndWait } from '../faults/strikes.ts';
import { withInboxes, withTemplates, withUsers } from '../faults/wide-loads.ts';

const group = 'A service is killed (SIGKILL)';

faultCase({
  group,
  fault: 'email-service is killed under load',
  load: { total: 1_000 },
  strike: () => killAndWait('email-service'),
  slots: 10,
});

faultCase({
  group,
  fault: 'status-service is killed under load',
  load: { total: 1_000 },
  strike: () => killAndWait('status-service'),
});

faultCase({
  group,
  fault: 'api-gateway is killed under load',
  load: { total: 1_000, overMs: 5_000 },
  strike: () => killAndWait('api-gateway'),
  expects: 'refusals and broken connections',
});

faultCase({
  group,
  fault: 'user-service is killed, with a user for each that nobody has asked for before',
  load: () => withUsers(600),
  strike: () => killAndWait('user-service'),
});

faultCase({
  group,
  fault: 'template-service is killed, with templates that nobody has asked for before',
  load: () => withTemplates(600),
  strike: () => killAndWait('template-service'),
  expects: 'maybe refusals',
});

const inboxes = withInboxes(600);
faultCase({
  group,
  fault: 'in-app-service is killed under load, and no inbox shows one twice',
  load: inboxes.load,
  strike: () => killAndWait('in-app-service'),
  countCopies: inboxes.countCopies,
});

faultCase({
  group: 'RabbitMQ',
  fault: 'the broker is killed under load, and requests in the gap get 503 with Retry-After',
  load: { total: 1_000, overMs: 10_000 },
  strike: () => killAndWait('rabbitmq'),
  expects: 'refusals',
});

faultCase({
  group: 'Redis',
  fault: 'Redis is killed under load',
  load: { total: 300 },
  strike: () => killAndWait('redis'),
});

faultCase(flood({ low: 3_000, critical: 20 }));
