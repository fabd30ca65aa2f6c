// Message content is written by anybody: it only ever becomes text (textContent), or a document in a frame that may
// neither run nor load anything.

const REFRESH_MS = 2_000;
const SHOWN = 100;
const PREVIEW_CHARACTERS = 200;
const CHANNEL_NAMES = { email: 'Email', sms: 'SMS', push: 'Push' };

const at = (id) => document.getElementById(id);
const list = at('messages');
/** Rows on the page by message and recipient (one message may have several): a row that stays is never touched, so what is open stays open. */
const rows = new Map();
const keyOf = ({ id, to }) => `${id} ${to}`;
let channel = '';
let refreshing = Promise.resolve();

function element(tag, { className, text, children = [] } = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

function clock(receivedAt) {
  const date = new Date(receivedAt);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = element('time', {
    text: isToday ? date.toLocaleTimeString() : date.toLocaleString(),
  });
  time.dateTime = receivedAt;
  time.title = date.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return time;
}

function preview({ subject, title, text, body, html }) {
  const line = element('span', { className: 'preview' });
  const heading = subject ?? title;
  const rest = (text ?? body ?? (html ? 'HTML only' : '')).slice(0, PREVIEW_CHARACTERS).replace(/\s+/g, ' ').trim();
  if (heading) line.append(element('b', { text: heading }));
  if (heading && rest) line.append(element('span', { text: `  ·  ${rest}` }));
  else if (rest) line.append(rest);
  else if (!heading) line.append(element('span', { text: '(empty)' }));
  return line;
}

function pairs(entries) {
  return element('dl', {
    children: entries.flatMap(([name, value]) => [element('dt', { text: name }), element('dd', { text: value })]),
  });
}

function part(name, content) {
  return element('div', { className: 'part', children: [element('h3', { text: name }), content] });
}

function folded(name, content) {
  return element('details', { className: 'part', children: [element('summary', { text: name }), content] });
}

function mailFrame(html) {
  const frame = element('iframe');
  frame.setAttribute('sandbox', '');
  frame.title = 'The mail as HTML';
  frame.srcdoc = html;
  return frame;
}

function whole(message) {
  const { subject, title, text, html, body, data, headers } = message;
  const facts = [
    ['To', message.to],
    ['From', message.from || '(none)'],
    ...(subject === undefined ? [] : [['Subject', subject]]),
    ...(title === undefined ? [] : [['Title', title]]),
    ['Provider', message.provider],
    ['Notification', message.notification_id ?? '(not one of ours)'],
    ['Message id', message.id],
    ['Received', new Date(message.received_at).toISOString()],
  ];
  const box = element('div', { className: 'body', children: [pairs(facts)] });
  if (body !== undefined) box.append(part('Text', element('pre', { text: body })));
  if (html) {
    box.append(part('HTML', mailFrame(html)));
    if (text) box.append(folded('Plain text', element('pre', { text })));
    box.append(folded('HTML source', element('pre', { text: html })));
  } else if (text !== undefined) {
    box.append(part('Text', element('pre', { text })));
  }
  if (data && Object.keys(data).length > 0) box.append(folded('Data', pairs(Object.entries(data))));
  const headerEntries = Object.entries(headers ?? {});
  box.append(folded(`Headers (${headerEntries.length})`, pairs(headerEntries)));
  return box;
}

function row(message) {
  const badge = element('span', {
    className: `badge ${message.channel}`,
    text: CHANNEL_NAMES[message.channel] ?? message.channel,
  });
  const to = element('span', { className: 'to', text: message.to });
  to.title = message.to;
  const summary = element('summary', { children: [badge, to, clock(message.received_at), preview(message)] });
  const made = element('details', { className: 'message', children: [summary] });
  // Built when it is first opened: a frame for each of a hundred mails would be slow.
  made.addEventListener('toggle', () => made.append(whole(message)), { once: true });
  return made;
}

function showMessages(messages) {
  const wanted = new Set(messages.map(keyOf));
  for (const [key, shown] of rows) {
    if (wanted.has(key)) continue;
    shown.remove();
    rows.delete(key);
  }
  let before = list.firstElementChild;
  for (const message of messages) {
    const shown = rows.get(keyOf(message));
    if (shown !== undefined) {
      before = shown.nextElementSibling;
      continue;
    }
    const made = row(message);
    rows.set(keyOf(message), made);
    list.insertBefore(made, before);
  }
}

function showCount(total, shown) {
  const name = channel === '' ? 'messages' : `${CHANNEL_NAMES[channel]} messages`;
  at('empty').hidden = shown > 0;
  at('empty-title').textContent = channel === '' ? 'Nothing has arrived yet' : `No ${name} yet`;
  at('count').textContent = total === 1 ? '1 message' : `${total.toLocaleString()} messages`;
  at('clear-messages').hidden = total === 0;
  at('more').hidden = shown < SHOWN;
  at('more').textContent = `The newest ${SHOWN} ${name}. The rest: /api/messages?limit=20000`;
}

function describeFault({ channel: faultChannel, provider, to, kind, times, remaining, latency_ms, retry_after_seconds }) {
  const target = [provider ?? CHANNEL_NAMES[faultChannel] ?? 'every provider', to && `to ${to}`].filter(Boolean).join(' ');
  const rest = [
    `on ${target}`,
    times === undefined ? 'until cleared' : `${remaining} of ${times} left`,
    latency_ms === undefined ? '' : `after ${latency_ms} ms`,
    retry_after_seconds === undefined ? '' : `retry after ${retry_after_seconds} s`,
  ];
  return element('li', { children: [element('b', { text: kind }), ` ${rest.filter(Boolean).join(', ')}`] });
}

function showFaults(faults) {
  at('faults').hidden = faults.length === 0;
  at('fault-list').replaceChildren(...faults.map(describeFault));
}

function showState(isLive) {
  at('state').className = `state ${isLive ? 'live' : 'lost'}`;
  const text = isLive ? 'Live' : 'The sandbox does not answer, trying again';
  if (at('state-text').textContent !== text) at('state-text').textContent = text;
}

async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function refresh() {
  const asked = channel;
  try {
    const query = new URLSearchParams({ limit: SHOWN, ...(asked === '' ? {} : { channel: asked }) });
    const [messages, count, faults] = await Promise.all([
      get(`/api/messages?${query}`),
      get('/api/messages/count'),
      get('/api/faults'),
    ]);
    // Somebody chose another channel meanwhile; its answer is on the way.
    if (asked !== channel) return;
    showMessages(messages.data);
    showCount(count.count, messages.data.length);
    showFaults(faults.data);
    showState(true);
  } catch {
    showState(false);
  }
}

/** One at a time, so that an old answer never overwrites a newer one. */
function refreshNow() {
  refreshing = refreshing.then(refresh);
  return refreshing;
}

async function clear(path) {
  try {
    await fetch(path, { method: 'DELETE' });
  } finally {
    await refreshNow();
  }
}

async function poll() {
  if (!document.hidden) await refreshNow();
  setTimeout(poll, REFRESH_MS);
}

at('filter').addEventListener('click', ({ target }) => {
  const chosen = target.closest('button')?.dataset.channel;
  if (chosen === undefined || chosen === channel) return;
  channel = chosen;
  for (const button of at('filter').children) button.setAttribute('aria-pressed', String(button.dataset.channel === chosen));
  refreshNow();
});
at('clear-faults').addEventListener('click', () => clear('/api/faults'));
at('clear-messages').addEventListener('click', () => clear('/api/messages'));
document.addEventListener('visibilitychange', () => document.hidden || refreshNow());
at('example').textContent = [
  `curl -u ACsandbox:any ${location.origin}/2010-04-01/Accounts/ACsandbox/Messages.json \\`,
  "  --data-urlencode 'To=+15551230100' --data-urlencode 'From=+15005550006' --data-urlencode 'Body=Hello'",
].join('\n');
poll();
