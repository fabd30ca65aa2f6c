import { clientFrameSchema, SERVER_FRAMES } from '@notify/contracts';
import { jsonSchemaOf } from '../json-schema-of.ts';

const messageReferences = (names: readonly string[]) =>
  names.map((name) => ({ $ref: `#/channels/websocket/messages/${name}` }));

/** The frames of /ws as a channel of the AsyncAPI document; its actions are the gateway's. */
export function websocketChannel(): { channels: Record<string, unknown>; operations: Record<string, unknown> } {
  const clientFrame = { summary: 'What a client asks for', schema: clientFrameSchema };
  const messages = Object.entries({ action: clientFrame, ...SERVER_FRAMES }).map(([name, { summary, schema }]) => [
    name,
    { name, summary, contentType: 'application/json', payload: jsonSchemaOf(schema) },
  ]);
  const channel = { $ref: '#/channels/websocket' };
  return {
    channels: {
      websocket: {
        address: '/ws',
        summary: 'Live updates: an API key in a header, or a user token in the query',
        servers: [{ $ref: '#/servers/gateway' }],
        messages: Object.fromEntries(messages),
        bindings: { ws: { method: 'GET', query: { type: 'object', properties: { token: { type: 'string' } } } } },
      },
    },
    operations: {
      hear_websocket: { action: 'receive', channel, messages: messageReferences(['action']) },
      say_websocket: { action: 'send', channel, messages: messageReferences(Object.keys(SERVER_FRAMES)) },
    },
  };
}
