import { afterEach, expect, test } from '@jest/globals';
import { createClient } from '@notify/client';
import type { InboxFrame, LiveFrame, ServerFrame } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { killProcess, processId, restarted } from './running-processes.ts';
import { api, apiKey, createUser, freshEmail, gatewayUrl, send, settled } from './system.ts';

const content = { title: 'Hello', body: 'It works' };
const open = new Set<WebSocket>();
afterEach(() => {
  for (const ws of open) ws.close();
  open.clear();
});

interface Socket {
  ws: WebSocket;
  frames: ServerFrame[];
  subscribe(topic: string, since?: string): Promise<void>;
}

/** As a browser connects, with a token of the user, or as an application with a key. */
async function connect(userId: string, key?: string): Promise<Socket> {
  const url = `${gatewayUrl.replace(/^http/, 'ws')}/ws`;
  const ws = key === undefined ? new WebSocket(`${url}?token=${await tokenOf(userId)}`) : withKey(url, key);
  open.add(ws);
  const frames: ServerFrame[] = [];
  ws.addEventListener('message', ({ data }) => frames.push(JSON.parse(data)));
  await new Promise((resolve, reject) => {
    ws.addEventListener('open', resolve);
    ws.addEventListener('error', reject);
  });
  return {
    ws,
    frames,
    async subscribe(topic, since) {
      ws.send(JSON.stringify({ action: 'subscribe', topic, since }));
      await eventually(() => frames.some((frame) => frame.type === 'subscribed'));
    },
  };
}
async function tokenOf(userId: string): Promise<string> {
  return (await api('POST', `/api/v1/users/${userId}/tokens`)).body.token;
}
/** Node's WebSocket takes headers, which its types do not know. */
function withKey(url: string, key: string): WebSocket {
  return new WebSocket(url, { headers: { authorization: `Bearer ${key}` } } as unknown as string[]);
}
const isLive = (frame: ServerFrame): frame is LiveFrame => 'id' in frame;
const typesOf = (frames: ServerFrame[], id: string) =>
  frames
    .filter(isLive)
    .filter((frame) => (frame.type === 'inbox.added' ? frame.item : frame).notification_id === id)
    .map(({ type }) => type);

test('a user sees an item come into the inbox, with what it says, and being read', async () => {
  const ada = await createUser({ email: freshEmail() });
  const socket = await connect(ada);
  await socket.subscribe(`user:${ada}`);
  const { notification_id: id } = await send({ user_id: ada, content, channels: ['in_app'] });
  await eventually(() => typesOf(socket.frames, id).includes('inbox.added'));
  const added = socket.frames.find((frame): frame is InboxFrame => frame.type === 'inbox.added');
  expect(added).toMatchObject({ user_id: ada, item: { ...content, notification_id: id, read_at: null } });
  await api('POST', `/api/v1/users/${ada}/inbox/${added?.id}/read`);
  await eventually(() => typesOf(socket.frames, id).includes('notification.read'));
  expect(new Set(typesOf(socket.frames, id))).toEqual(
    new Set([
      'notification.accepted',
      'notification.processing',
      'notification.delivered',
      'inbox.added',
      'notification.read',
    ]),
  );
});

test('after kill -9 of the gateway a client connects again, and since replays what happened meanwhile, with the same ids', async () => {
  const ada = await createUser({ email: freshEmail() });
  const witness = await connect(ada);
  await witness.subscribe(`user:${ada}`);
  const { notification_id: before } = await send({ user_id: ada, content, channels: ['in_app'] });
  await eventually(() => typesOf(witness.frames, before).includes('inbox.added'));
  const lastSeen = witness.frames.filter(isLive).at(-1)?.at ?? '';

  // It starts while the client is away, and ends before the client is back.
  const sendAt = new Date(Date.now() + 2_000).toISOString();
  const { notification_id: missed } = await send({ user_id: ada, content, channels: ['in_app'], send_at: sendAt });
  const pid = processId('api-gateway');
  killProcess('api-gateway');
  await restarted('api-gateway', pid);
  expect(await settled(missed)).toMatchObject({ status: 'delivered' });

  const socket = await connect(ada);
  await socket.subscribe(`user:${ada}`, lastSeen);
  await eventually(() => socket.frames.some(({ type }) => type === 'replayed' || type === 'resync'));
  expect(socket.frames.at(-1)).toMatchObject({ type: 'replayed', topic: `user:${ada}` });
  expect(typesOf(socket.frames, missed)).toEqual(
    expect.arrayContaining([
      'notification.accepted',
      'notification.scheduled',
      'notification.delivered',
      'inbox.added',
    ]),
  );
  const idsOf = (frames: ServerFrame[]) =>
    frames
      .filter(isLive)
      .flatMap((frame) => ('notification_id' in frame && frame.notification_id === before ? [frame.id] : []));
  expect(new Set(idsOf(socket.frames))).toEqual(new Set(idsOf(witness.frames)));
}, 120_000);

test('a key that may not read inboxes hears that something was delivered, and not what it says, live and replayed', async () => {
  const ada = await createUser({ email: freshEmail() });
  const made = await api('POST', '/api/v1/api_keys', { name: 'follower', scopes: ['notifications:read'] });
  const [user, key] = [await connect(ada), await connect(ada, made.body.key)];
  for (const socket of [user, key]) await socket.subscribe(`user:${ada}`);
  const { notification_id: id } = await send({ user_id: ada, content, channels: ['in_app'] });
  await eventually(() => typesOf(user.frames, id).includes('inbox.added'));
  await settled(id);
  await key.subscribe(`user:${ada}`, new Date().toISOString());
  await eventually(() => key.frames.some(({ type }) => type === 'replayed'));
  expect(typesOf(key.frames, id)).toContain('notification.delivered');
  expect(typesOf(key.frames, id)).not.toContain('inbox.added');
});

test('an application follows one notification with its API key', async () => {
  const { notification_id: id } = await send({
    to: { email: freshEmail() },
    content,
    send_at: new Date(Date.now() + 1_500).toISOString(),
  });
  const frames: ServerFrame[] = [];
  const ws = withKey(`${gatewayUrl.replace(/^http/, 'ws')}/ws`, apiKey);
  open.add(ws);
  ws.addEventListener('open', () => ws.send(JSON.stringify({ action: 'subscribe', topic: `notification:${id}` })));
  ws.addEventListener('message', ({ data }) => frames.push(JSON.parse(data)));
  await eventually(() => typesOf(frames, id).includes('notification.sent'), 20_000);
  expect(frames[0]).toEqual({ type: 'subscribed', topic: `notification:${id}`, at: expect.any(String) });
});

test('the client tells what happens, goes on after kill -9 of the gateway, and tells once what it missed', async () => {
  const ada = await createUser({ email: freshEmail() });
  const { token } = (await api('POST', `/api/v1/users/${ada}/tokens`)).body;
  const frames: LiveFrame[] = [];
  const subscribed: unknown[] = [];
  const subscription = createClient({ baseUrl: gatewayUrl, apiKey: token }).subscribe(`user:${ada}`, {
    onFrame: (frame) => frames.push(frame),
    onSubscribed: () => subscribed.push(1),
  });
  await eventually(() => subscribed.length > 0);
  const sendAt = new Date(Date.now() + 2_000).toISOString();
  const { notification_id: id } = await send({ user_id: ada, content, channels: ['in_app'], send_at: sendAt });
  await eventually(() => typesOf(frames, id).includes('notification.scheduled'));
  const pid = processId('api-gateway');
  killProcess('api-gateway');
  await restarted('api-gateway', pid);
  await eventually(() => typesOf(frames, id).includes('inbox.added'), 30_000);
  subscription.close();
  const ids = frames.map((frame) => frame.id);
  expect(ids).toHaveLength(new Set(ids).size);
  expect(typesOf(frames, id)).toEqual(
    expect.arrayContaining([
      'notification.accepted',
      'notification.scheduled',
      'notification.delivered',
      'inbox.added',
    ]),
  );
}, 120_000);

test('the client says that it ends when its key is refused, or its topic is not for it', async () => {
  const ends: string[] = [];
  const options = { onFrame: () => {}, onEnd: (error: Error) => ends.push(error.message) };
  createClient({ baseUrl: gatewayUrl, apiKey: 'nk_live_nobody12_wrong' }).subscribe('all', options);
  await eventually(() => ends.length === 1);
  const ada = await createUser({ email: freshEmail() });
  const { token } = (await api('POST', `/api/v1/users/${ada}/tokens`)).body;
  createClient({ baseUrl: gatewayUrl, apiKey: token }).subscribe('all', options);
  await eventually(() => ends.length === 2);
  expect(ends).toEqual([expect.stringContaining('401'), expect.stringContaining('forbidden')]);
});
