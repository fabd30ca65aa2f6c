import { createHash } from 'node:crypto';
import { escapeHtml } from '../escape-html.ts';
import type { ChoiceRow } from './choices.ts';
import type { Notice, PageWords, Refusal } from './page-words.ts';

const STYLE = `
:root { color-scheme: light dark; --page: #f3f5f8; --card: #fff; --text: #17202a; --quiet: #55616e; --line: #d9dfe6; --accent: #1557b0; --on-accent: #fff; --good: #e3f4e8 }
@media (prefers-color-scheme: dark) { :root { --page: #12161b; --card: #1b2128; --text: #e8edf2; --quiet: #9fabb8; --line: #343d47; --accent: #8ab8ff; --on-accent: #0d1116; --good: #1d3a28 } }
* { box-sizing: border-box }
body { background: var(--page); color: var(--text); font: 17px/1.55 system-ui, sans-serif; margin: 0; padding: 2rem 1rem 4rem }
main { background: var(--card); border: 1px solid var(--line); border-radius: 14px; margin: 0 auto; max-width: 36rem; padding: 1.75rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem }
p { margin: .5rem 0 } .quiet { color: var(--quiet); font-size: .92rem }
.notice { background: var(--good); border-radius: 8px; margin: 0 0 1.25rem; padding: .7rem 1rem }
fieldset { border: 0; border-top: 1px solid var(--line); margin: 0; padding: .9rem 0 } legend { float: left; font-weight: 600; padding: 0; width: 100% }
.choices { clear: both; display: flex; flex-wrap: wrap; gap: .1rem 1.5rem } label { align-items: center; cursor: pointer; display: flex; gap: .5rem; min-height: 2.5rem }
input { accent-color: var(--accent); height: 1.2rem; margin: 0; width: 1.2rem }
button { background: var(--accent); border: 0; border-radius: 8px; color: var(--on-accent); cursor: pointer; font: inherit; font-weight: 600; margin-top: .75rem; min-height: 2.9rem; padding: 0 1.4rem }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`;

/** Nothing but the page's own style, and forms to where it came from: no script, no frame, nothing fetched. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function document({ language }: PageWords, title: string, main: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

/** A page with nothing to choose. */
export function refusalPage(words: PageWords, refusal: Refusal): string {
  const { title, text } = words.refusals[refusal];
  return document(words, title, `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>`);
}

export interface PreferencePage {
  words: PageWords;
  /** Where its forms go: the address of the page itself, as a path. */
  path: string;
  /** Of the type that the link is of, as people know it. */
  title: string;
  /** What has just been done. */
  notice?: Notice;
  /** Email of the type is on, and may be switched off. */
  canUnsubscribe: boolean;
  rows: ChoiceRow[];
  /** The titles of the types that nobody can opt out of. */
  required: string[];
}

function unsubscribeForm({ words, path, title }: PreferencePage): string {
  return `<h1>${escapeHtml(words.unsubscribeFrom(title))}</h1>
<p>${escapeHtml(words.noMoreEmail)}</p>
<form method="post" action="${escapeHtml(path)}">
<button type="submit" name="List-Unsubscribe" value="One-Click">${escapeHtml(words.unsubscribe)}</button>
</form>`;
}

function fieldsetOf({ title, choices }: ChoiceRow, { channels }: PageWords): string {
  const labels = choices.map(({ channel, field, isOn }) => {
    const value = escapeHtml(field);
    return `<input type="hidden" name="shown" value="${value}"><label><input type="checkbox" name="on" value="${value}"${isOn ? ' checked' : ''}> ${escapeHtml(channels[channel])}</label>`;
  });
  return `<fieldset>\n<legend>${escapeHtml(title)}</legend>\n<div class="choices">\n${labels.join('\n')}\n</div>\n</fieldset>`;
}

/** What a person sees behind their link: the way out of the kind of message that brought them, and all that they can choose. */
export function preferencePage(page: PreferencePage): string {
  const { words, path, title, notice, canUnsubscribe, rows, required } = page;
  const told =
    notice === undefined ? '' : `<p class="notice" role="status">${escapeHtml(words.notices[notice](title))}</p>\n`;
  const always =
    required.length === 0 ? '' : `<p class="quiet">${escapeHtml(words.youAlwaysGet(required.join(', ')))}</p>\n`;
  return document(
    words,
    canUnsubscribe ? words.unsubscribe : words.yourMessages,
    `${told}${canUnsubscribe ? unsubscribeForm(page) : `<h1>${escapeHtml(words.yourMessages)}</h1>`}
<h2>${escapeHtml(words.whatYouGet)}</h2>
<form method="post" action="${escapeHtml(`${path}/preferences`)}">
${rows.map((row) => fieldsetOf(row, words)).join('\n')}
${always}<button type="submit">${escapeHtml(words.save)}</button>
</form>`,
  );
}
