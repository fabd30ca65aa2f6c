import { whyNoSignals } from '../e2e/running-processes.ts';
import { freshPhone, injectFault, unique } from '../e2e/system.ts';
import { type FaultCase, faultCase } from './fault-case.ts';
import { content, type Request } from './load.ts';
import { arrivals, freeze, keepDown, killAndWait } from './strikes.ts';
import { mixed, withInboxes, withTemplates, withUsers } from './wide-loads.ts';

const skipped = whyNoSignals();
const killed = (options: Omit<FaultCase, 'group'>) =>
  faultCase({ group: 'A service is killed (SIGKILL)', skipped, ...options });
const away = (options: Omit<FaultCase, 'group'>) => faultCase({ group: 'A service is away', skipped, ...options });

const toPhone = (): Request => ({ to: { phone: freshPhone() }, content });
const toDevice = (): Request => ({ to: { device_tokens: [unique('token')] }, content });

/** How many calls each provider takes at once. */
const SMTP_SLOTS = 10;
const HTTP_SLOTS = 32;

for (const [name, requestOf, slots] of [
  ['email-service', undefined, SMTP_SLOTS],
  ['push-service', toDevice, HTTP_SLOTS],
] as const) {
  killed({
    fault: `${name}, while messages wait in its lanes`,
    load: { total: 1_000, requestOf },
    strike: () => killAndWait(name),
    slots,
  });
}

killed({
  fault: 'email-service, inside provider calls that take 3 s',
  load: async () => {
    await injectFault({ provider: 'smtp', kind: 'slow', latency_ms: 3_000, times: SMTP_SLOTS });
    return { total: 300 };
  },
  strike: () => killAndWait('email-service'),
  slots: SMTP_SLOTS,
});

killed({
  fault: 'sms-service, right after the vendor has taken 100 messages',
  load: { total: 600, requestOf: toPhone },
  async strike() {
    await arrivals(100);
    await killAndWait('sms-service');
  },
  slots: HTTP_SLOTS,
});

killed({
  fault: 'api-gateway',
  load: { total: 1_000, overMs: 8_000 },
  strike: () => killAndWait('api-gateway'),
  expects: 'refusals and broken connections',
});

killed({ fault: 'status-service', load: { total: 1_000 }, strike: () => killAndWait('status-service') });

killed({
  fault: 'user-service, with a user for each that nobody has asked for before',
  load: () => withUsers(600),
  strike: () => killAndWait('user-service'),
});

killed({
  fault: 'template-service, with templates that nobody has asked for before',
  load: () => withTemplates(600),
  strike: () => killAndWait('template-service'),
  expects: 'maybe refusals',
});

const inboxes = withInboxes(600);
killed({
  fault: 'in-app-service, and no inbox shows one twice',
  load: inboxes.load,
  strike: () => killAndWait('in-app-service'),
  countCopies: inboxes.countCopies,
});

const OUTAGE_MS = 30_000;
const BOTH = ['user-service', 'template-service'];
/** Every second one needs user-service, the others template-service. */
const needingBoth = async () => ({ ...mixed(await withUsers(300), await withTemplates(300)), overMs: 40_000 });

away({
  fault: 'user-service and template-service are down for 30 s',
  load: needingBoth,
  strike: () => Promise.all(BOTH.map((name) => keepDown(name, OUTAGE_MS))),
  expects: 'maybe refusals',
});

away({
  fault: 'user-service and template-service hang for 30 s',
  load: needingBoth,
  strike: () => Promise.all(BOTH.map((name) => freeze(name, OUTAGE_MS))),
  expects: 'maybe refusals',
});

away({
  fault: 'status-service hangs for 20 s',
  load: { total: 500, overMs: 25_000 },
  strike: () => freeze('status-service', 20_000),
});
