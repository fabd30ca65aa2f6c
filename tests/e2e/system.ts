import { randomUUID } from 'node:crypto';
import type { AttemptJson, NotificationJson, SendAnswerJson } from '@notify/contracts';
import { eventually, type SandboxMessage } from '@notify/testing';
import { type AnswerCheck, createAnswerCheck, type OpenApiDocument } from './answer-check.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run end-to-end tests through "npm test -- --only=e2e"`);
  return value;
}

export const gatewayUrl = required('E2E_GATEWAY_URL');
export const sandboxUrl = required('E2E_SANDBOX_URL');
export const apiKey = required('E2E_API_KEY');
const managementUrl = new URL(required('E2E_RABBITMQ_MANAGEMENT_URL'));

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
export type AnyAnswer = Answer<any>;

let answerCheck: AnswerCheck | undefined;

/** By the OpenAPI document that the gateway itself serves. */
async function checkOfAnswers(): Promise<AnswerCheck> {
  if (answerCheck === undefined) {
    const response = await fetch(`${gatewayUrl}/openapi.json`);
    answerCheck = createAnswerCheck((await response.json()) as OpenApiDocument);
  }
  return answerCheck;
}

/**
 * A request with the API key. A string body is sent as it is. What is answered with 2xx is held against the OpenAPI document.
 * Not the SDK: these tests hold the API as it is on the wire, where the SDK would retry, complete and convert.
 */
export async function api(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<AnyAnswer> {
  const response = await fetch(`${gatewayUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  if (response.ok && isJson) (await checkOfAnswers())(method, path, answer.status, answer.body);
  return answer;
}

export const unique = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`;
export const freshEmail = (prefix = 'person') => `${unique(prefix)}@sandbox.test`;
/** A possible number that no rule of the sandbox knows. */
export const freshPhone = (prefix = '+1415') =>
  `${prefix}${String(Math.floor(Math.random() * 10 ** (12 - prefix.length))).padStart(12 - prefix.length, '2')}`;

export async function createUser(fields: Record<string, unknown>): Promise<string> {
  const userId = unique('user');
  const answer = await api('PUT', `/api/v1/users/${userId}`, fields);
  if (answer.status !== 201) throw new Error(`PUT user: ${answer.status} ${JSON.stringify(answer.body)}`);
  return userId;
}

export async function send(request: Record<string, unknown>): Promise<SendAnswerJson> {
  const answer = await api('POST', '/api/v1/notifications', request);
  if (answer.status !== 202) throw new Error(`send: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as SendAnswerJson;
}

const SETTLED = ['sent', 'delivered', 'read', 'failed', 'unknown', 'suppressed'];

/** The notification once nothing more is going to happen to it by itself. */
export async function settled(notificationId: string, timeoutMs = 30_000): Promise<NotificationJson> {
  return eventually(async () => {
    const { status, body } = await api('GET', `/api/v1/notifications/${notificationId}`);
    return status === 200 && SETTLED.includes(body.status) && (body as NotificationJson);
  }, timeoutMs);
}

export const eventsOf = ({ timeline }: NotificationJson) =>
  timeline.map(({ event, channel, reason }) => [event, channel, reason].filter(Boolean).join(' '));
export const outcomesOf = (attempts: AttemptJson[]) =>
  attempts.map(({ channel, status, error_class }) => [channel, status, error_class].filter(Boolean).join(' '));

/** What arrived at the vendors. */
export async function arrived(query: Record<string, string>): Promise<SandboxMessage[]> {
  const response = await fetch(`${sandboxUrl}/api/messages?${new URLSearchParams(query)}`);
  return ((await response.json()) as { data: SandboxMessage[] }).data;
}

export async function arrivedCount(): Promise<number> {
  const response = await fetch(`${sandboxUrl}/api/messages/count`);
  return ((await response.json()) as { count: number }).count;
}

/** Forgets what arrived so far. */
export async function clearMessages(): Promise<void> {
  await fetch(`${sandboxUrl}/api/messages`, { method: 'DELETE' });
}

function postToSandbox(path: string, body: unknown): Promise<Response> {
  return fetch(`${sandboxUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export async function injectFault(fault: Record<string, unknown>): Promise<void> {
  const response = await postToSandbox('/api/faults', fault);
  if (response.status !== 201) throw new Error(`fault: ${response.status} ${await response.text()}`);
}

/** A number that Twilio refuses, once. Fresh each time, since it is suppressed from then on. */
export async function refusedPhone(): Promise<string> {
  const phone = freshPhone();
  await injectFault({ provider: 'twilio', to: phone, kind: 'reject_recipient', times: 1 });
  return phone;
}

export async function clearFaults(): Promise<void> {
  await fetch(`${sandboxUrl}/api/faults`, { method: 'DELETE' });
}

/** Has the vendor send its signed receipt for a message. @returns what the sandbox did; `answered` is the gateway's status. */
export async function orderReceipt(order: {
  notification_id?: string;
  message_id?: string;
  status: string;
}): Promise<{ provider: string; answered: number }> {
  const response = await postToSandbox('/api/receipts', order);
  if (response.status !== 200) throw new Error(`receipt: ${response.status} ${await response.text()}`);
  return (await response.json()) as { provider: string; answered: number };
}

/** RabbitMQ's management API. */
export async function rabbitmq<T>(method: string, path: string, body?: unknown): Promise<T> {
  const credentials = `${decodeURIComponent(managementUrl.username)}:${decodeURIComponent(managementUrl.password)}`;
  const response = await fetch(`http://${managementUrl.host}/api${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`RabbitMQ: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
