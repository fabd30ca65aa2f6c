import { services } from '../services.ts';
import type { Instance } from './instance.ts';
import type { ProcessSpec } from './process-spec.ts';
import { postgresServers, postgresSpec } from './servers/postgres.ts';
import { rabbitmqSpec } from './servers/rabbitmq.ts';
import { redisSpec } from './servers/redis.ts';
import { serviceSpec } from './service-spec.ts';

/** Everything that an instance runs, in the order in which it starts; the services wait for `codeReady`. */
export function processTable(instance: Instance, codeReady: Promise<void>): ProcessSpec[] {
  return [
    rabbitmqSpec(instance),
    ...postgresServers.map((server) => postgresSpec(instance, server)),
    redisSpec(instance),
    ...services.map((service) => serviceSpec(instance, service, codeReady)),
  ];
}
