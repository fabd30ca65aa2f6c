import { ERROR_CODES } from '@notify/contracts';
import { escapeHtml } from './escape-html.ts';
import type { AnswerWithBody, Operation } from './operations/operation.ts';
import { OPERATIONS } from './operations.ts';

/** `code` in a text of ours. */
const inline = (text: string) => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const STYLE = `
:root { color-scheme: light dark; --line: #d8dde3; --soft: #f4f6f8; --quiet: #5a6672; --accent: #1557b0; }
@media (prefers-color-scheme: dark) { :root { --line: #333c46; --soft: #1b2128; --quiet: #9aa7b4; --accent: #7fb2ff; } }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 6rem; }
h1 { margin-bottom: .25rem } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem }
code, pre { font: 14px/1.5 ui-monospace, monospace; background: var(--soft); border-radius: 4px } code { padding: .1em .3em }
pre { padding: .8rem 1rem; overflow-x: auto; border: 1px solid var(--line) }
a { color: var(--accent) } .quiet { color: var(--quiet) }
details { border: 1px solid var(--line); border-radius: 8px; margin: .6rem 0 } summary { cursor: pointer; padding: .6rem .9rem }
details > div { padding: 0 .9rem .6rem } .method { display: inline-block; min-width: 4.2em; font-weight: 700; color: var(--accent) }
.summary { display: block; color: var(--quiet); margin-left: 4.4em } table { border-collapse: collapse; width: 100% }
td { border-top: 1px solid var(--line); padding: .35rem .6rem .35rem 0; vertical-align: top } td:first-child { white-space: nowrap }
td:last-child { width: 100%; max-width: 0 } td pre { margin: .4rem 0 }
nav a { margin-right: 1rem }
`;

function curlOf({ method, path, body }: Operation, serverUrl: string): string {
  const url = `${serverUrl}${path.replaceAll(/\{(\w+)\}/g, '<$1>')}`;
  const lines = [`curl -X ${method.toUpperCase()} '${url}'`, `  -H "Authorization: Bearer $API_KEY"`];
  if (body !== undefined) {
    lines.push(`  -H 'Content-Type: application/json'`, `  -d '${JSON.stringify(body.example, null, 2)}'`);
  }
  return lines.join(' \\\n');
}

function answerHtml(answer: string | AnswerWithBody): string {
  if (typeof answer === 'string') return inline(answer);
  return `${inline(answer.meaning)}<pre>${escapeHtml(JSON.stringify(answer.example, null, 2))}</pre>`;
}

function operationHtml(operation: Operation, serverUrl: string): string {
  const { answers, method, path, scope, summary } = operation;
  const rows = Object.entries(answers).map(
    ([status, answer]) => `<tr><td><code>${status}</code></td><td>${answerHtml(answer)}</td></tr>`,
  );
  return `<details><summary><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code>
<span class="summary">${inline(summary)}</span></summary><div>
<p class="quiet">Scope <code>${scope}</code></p><pre>${escapeHtml(curlOf(operation, serverUrl))}</pre>
<table>${rows.join('')}</table></div></details>`;
}

/** The readable form of the OpenAPI document: one page, no scripts. */
export function docsPage(serverUrl: string): string {
  const tags = [...new Set(OPERATIONS.map(({ tag }) => tag))];
  const sections = tags.map(
    (tag) =>
      `<h2 id="${tag}">${tag}</h2>${OPERATIONS.filter((each) => each.tag === tag)
        .map((each) => operationHtml(each, serverUrl))
        .join('')}`,
  );
  const errors = Object.entries(ERROR_CODES).map(
    ([code, { status, title }]) =>
      `<tr><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(title)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Notification system API</title><style>${STYLE}</style></head><body>
<h1>Notification system API</h1>
<p>Send this person this message, by email, SMS, push or in-app, and read what became of it.
The whole contract for machines: <a href="/openapi.json">openapi.json</a>; its events: <a href="/asyncapi.json">asyncapi.json</a>.</p>
<nav>${tags.map((tag) => `<a href="#${tag}">${tag}</a>`).join('')}<a href="#Errors">Errors</a></nav>
<h2>Conventions</h2>
<p>JSON in snake_case. Every request carries an API key: <code>Authorization: Bearer nk_live_…</code> or <code>X-API-Key</code>.
Unknown fields are refused. <code>X-Correlation-ID</code> is taken or made, answered, and follows the notification everywhere; so does <code>traceparent</code>.
Lists take <code>limit</code> and <code>cursor</code> and answer <code>{data, meta: {limit, next_cursor}}</code>.</p>
${sections.join('')}
<h2 id="Errors">Errors</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457) with a stable <code>code</code>; a validation error lists every problem in <code>errors</code>.</p>
<table>${errors.join('')}</table></body></html>`;
}
