import type { Settings } from './env-file.ts';
import type { Ports } from './ports.ts';
import { textTable } from './text-table.ts';

/** The pages of a running system, with what is needed to open them. */
export function addressesText(ports: Ports, settings: Settings): string {
  const operator = `user ${settings['RABBITMQ_OPERATOR_USER']}, password ${settings['RABBITMQ_OPERATOR_PASSWORD']}`;
  return textTable([
    ['API docs', `http://localhost:${ports.gateway}/docs`],
    ['Sandbox', `http://localhost:${ports.sandbox}/`, 'what was sent: email, SMS, push'],
    ['RabbitMQ', `http://localhost:${ports.rabbitmq_management}/`, operator],
  ]);
}

/**
 * A command to copy: one synchronous notification, email refused, SMS delivered. The shell makes a fresh address of it each time, since
 * a refused one is suppressed.
 */
export function curlText(ports: Ports, settings: Settings): string {
  const body = {
    to: { email: "bounce-'$(date +%s)'@sandbox.test", phone: '+14155550123' },
    message: 'Your code is 123456',
    type: 'login_code',
  };
  return [
    `curl -sS -X POST http://localhost:${ports.gateway}/api/notify`,
    `  -H 'Authorization: Bearer ${settings['API_KEY']}'`,
    "  -H 'Content-Type: application/json'",
    `  -d '${JSON.stringify(body)}'`,
  ].join(' \\\n');
}
