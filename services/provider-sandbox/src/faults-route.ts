import { validate } from '@notify/contracts';
import express, { type Router } from 'express';
import Joi from 'joi';
import { FAULT_KINDS, type FaultKind } from './behaviour.ts';
import type { Fault, FaultTable } from './fault-table.ts';
import { PROVIDER_CHANNELS, PROVIDERS, type Provider, SANDBOX_CHANNELS, type SandboxChannel } from './vendors.ts';

interface FaultBody {
  channel?: SandboxChannel;
  provider?: Provider;
  to?: string;
  kind: FaultKind;
  times?: number;
  retry_after_seconds?: number;
  latency_ms?: number;
}

const RETRY_AFTER_LIMIT_SECONDS = 86_400;
const LATENCY_LIMIT_MS = 600_000;

const bodySchema = Joi.object<FaultBody>({
  channel: Joi.string()
    .lowercase()
    .valid(...SANDBOX_CHANNELS),
  provider: Joi.string()
    .lowercase()
    .valid(...PROVIDERS),
  to: Joi.string().max(4_096),
  kind: Joi.string()
    .lowercase()
    .valid(...FAULT_KINDS)
    .required(),
  times: Joi.number().integer().min(1),
  retry_after_seconds: Joi.number().integer().min(0).max(RETRY_AFTER_LIMIT_SECONDS),
  latency_ms: Joi.number().integer().min(0).max(LATENCY_LIMIT_MS),
})
  .required()
  .custom((body: FaultBody, helpers) => {
    const { channel, provider } = body;
    if (channel === undefined || provider === undefined || PROVIDER_CHANNELS[provider] === channel) return body;
    return helpers.error('fault.impossible', { channel, provider });
  })
  .messages({ 'fault.impossible': '{#provider} does not send {#channel}: this fault would match nothing' });

function presentFault(fault: Fault) {
  return {
    id: fault.id,
    channel: fault.channel,
    provider: fault.provider,
    to: fault.to,
    kind: fault.kind,
    times: fault.times,
    remaining: fault.remaining,
    retry_after_seconds: fault.retryAfterSeconds,
    latency_ms: fault.latencyMs,
    created_at: fault.createdAt.toISOString(),
  };
}

/** What is to fail. */
export function faultsRoute(faults: FaultTable): Router {
  const router = express.Router();
  router.post('/api/faults', (request, response) => {
    const { retry_after_seconds, latency_ms, ...body } = validate(bodySchema, request.body);
    const fault = faults.add({ ...body, retryAfterSeconds: retry_after_seconds, latencyMs: latency_ms });
    response.status(201).json(presentFault(fault));
  });
  router.get('/api/faults', (_request, response) => {
    response.json({ data: faults.list().map(presentFault) });
  });
  router.delete('/api/faults', (_request, response) => {
    faults.clear();
    response.status(204).end();
  });
  return router;
}
