import { setTimeout as sleep } from 'node:timers/promises';
import { laneQueue } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { rabbitmqctl, whyNoSignals } from '../e2e/running-processes.ts';
import { api, rabbitmq } from '../e2e/system.ts';
import { closeAllConnections, depthOf } from './broker.ts';
import { type FaultCase, faultCase } from './fault-case.ts';
import { toEmail } from './load.ts';
import { killAndWait, restartAndWait } from './strikes.ts';

const broker = (options: Omit<FaultCase, 'group'>) => faultCase({ group: 'RabbitMQ', ...options });
const skipped = whyNoSignals();

const ALARM_MS = 8_000;
/** What infra/rabbitmq/rabbitmq.conf says. */
const USUAL_WATERMARK = '0.4';
const LOW_LANE = laneQueue('email', 'low');

broker({
  fault: 'killed (SIGKILL)',
  skipped,
  load: { total: 1_000, overMs: 15_000 },
  strike: () => killAndWait('rabbitmq'),
  expects: 'refusals',
});

broker({
  fault: 'restarted in good order',
  skipped,
  load: { total: 1_000, overMs: 20_000 },
  strike: () => restartAndWait('rabbitmq'),
  expects: 'refusals',
});

broker({
  fault: 'every connection closed by force, three times',
  load: { total: 1_000, overMs: 15_000 },
  async strike() {
    for (let time = 0; time < 3; time += 1) {
      // The broker lists a connection some seconds after it was opened.
      await eventually(closeAllConnections, 30_000);
      await sleep(1_000);
    }
  },
  expects: 'maybe refusals',
});

broker({
  fault: 'memory alarm: publishers are blocked',
  load: { total: 800, overMs: 20_000 },
  async strike() {
    rabbitmqctl('set_vm_memory_high_watermark', 'absolute', '1MB');
    try {
      await sleep(ALARM_MS);
    } finally {
      rabbitmqctl('set_vm_memory_high_watermark', USUAL_WATERMARK);
    }
    await eventually(async () => (await api('POST', '/api/v1/notifications', toEmail())).status === 202, 30_000);
  },
  expects: 'refusals',
});

broker({
  fault: 'the binding of a lane deleted',
  load: { total: 600 },
  strike: () => rabbitmq('DELETE', '/bindings/%2F/e/notifications.direct/q/email.queue/email.medium'),
});

let isDeleted = false;
broker({
  fault: 'a lane deleted while it is empty, queue and all',
  load: {
    total: 600,
    overMs: 3_000,
    // What waits in a queue that is deleted is gone with it, whoever the broker is: so until then, others are used.
    requestOf: () => ({ ...toEmail(), priority: isDeleted ? 'low' : 'medium' }),
  },
  async strike() {
    await rabbitmq('DELETE', `/queues/%2F/${LOW_LANE}`);
    isDeleted = true;
    await eventually(() => depthOf(LOW_LANE).then(() => true), 30_000);
  },
});
