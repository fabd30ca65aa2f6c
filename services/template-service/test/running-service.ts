import type { AddressInfo } from 'node:net';
import { type ChangedJson, TEMPLATE_CHANGED } from '@notify/contracts';
import { createTestKit, openServiceBed, type ServiceBed, type ServiceCall } from '@notify/testing';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startTemplateService } from '../src/start-template-service.ts';

/** The real service on real servers of its own, and someone who listens to its events. */
export interface RunningService extends Omit<ServiceBed, 'close'> {
  url: string;
  /** A request with a valid service token. */
  call: ServiceCall;
  /** The ids of `template.changed`, as they arrived. */
  changed: string[];
  stop(): Promise<void>;
}

export async function runTemplateService(): Promise<RunningService> {
  const { close, ...bed } = await openServiceBed();
  const kit = createTestKit(SERVICE_NAME);
  const server = await startTemplateService(readConfig(bed.env), kit.logger, kit.lifecycle);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const changed: string[] = [];
  await bed.broker.subscribe({
    routingKeys: [TEMPLATE_CHANGED],
    onMessage: ({ body }) => changed.push((JSON.parse(body.toString()) as ChangedJson).id),
  });
  return {
    ...bed,
    url,
    call: bed.callerOf(SERVICE_NAME, url),
    changed,
    async stop() {
      await kit.lifecycle.shutdown('end of the test');
      await close();
    },
  };
}
