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
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});

/** A tag that has a line to itself would leave an empty line: it takes the line breaks before it along. */
const TAG_AT_LINE_START = /(^|\n)\{%(?!-)/g;

/** The text of an HTML email, for those who read no HTML. Its Liquid is the same, so that it is rendered like any source. */
export function emailTextOf(html: string): string {
  const { text, restore } = hideLiquid(html);
  return restore(toText(text)).replace(TAG_AT_LINE_START, '$1{%-');
}
