// The bare pipeline's first process: HTTP request -> one confirmed publish -> 202.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import Joi from 'joi';
import type { Delivery, SendRequest } from './bare-messages.ts';
import { environment, sayReady } from './bare-process.ts';
import { DELIVERIES_QUEUE, openBrokerChannel, publishConfirmed } from './broker-channel.ts';

const schema = Joi.object<SendRequest>({
  vendor: Joi.string().valid('http', 'smtp').required(),
  to: Joi.string().required(),
  subject: Joi.string().required(),
  body: Joi.string().required(),
});

const channel = await openBrokerChannel(environment.BARE_RABBITMQ_URL);
const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/notifications', express.json(), async (request, response) => {
  const { value, error } = schema.validate(request.body);
  if (error !== undefined) {
    response.status(400).json({ detail: error.message });
    return;
  }
  const delivery: Delivery = { id: randomUUID(), accepted_at: new Date().toISOString(), ...value };
  await publishConfirmed(channel, DELIVERIES_QUEUE, delivery);
  response.status(202).json({ id: delivery.id });
});
const server = app.listen(0, '127.0.0.1', () => sayReady({ port: (server.address() as AddressInfo).port }));
