import { compile } from 'html-to-text';
import { hideLiquid } from './hide-liquid.ts';

const toText = compile({
  // A wrapped line could end within what a variable brings.
  wordwrap: false,
  selectors: [
    { selector: 'img', format: 'skip' },
    // What mail clients show beside the subject.
    { selector: 'div[style*="display:none"]', format: 'skip' },
    { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
    { selector: 'td', format: 'inlineSurround', options: { suffix: ' ' } },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** What layout leaves behind: spacers at line ends, and more than one empty line. */
function tidy(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

const LINE_OF_TAGS = /^(?:\{%(?:(?!%\})[^\n])*%\})+$/gm;

/** A tag that has a line to itself would leave an empty line: it takes the line breaks before it along. */
function withoutLinesOfTags(text: string): string {
  return text.replaceAll(LINE_OF_TAGS, (line) => line.replaceAll(/\{%-?/g, '{%-'));
}

/** The text of an HTML email, for those who read no HTML. Its Liquid is the same, so that it is rendered like any source. */
export function emailTextOf(html: string): string {
  const { text, restore } = hideLiquid(html);
  return withoutLinesOfTags(restore(tidy(toText(text))));
}
