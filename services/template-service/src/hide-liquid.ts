const MARKUP = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

export interface HiddenLiquid {
  /** The source with a word in the place of each markup. Lines stay where they are. */
  text: string;
  /** Puts the markup back into what was made of the text. */
  restore(made: string): string;
  /** The markup that is not in what was made of the text, with its line, 1-based. */
  lostIn(made: string): { markup: string; line: number }[];
}

/** Hides Liquid from tools that read HTML: they would take `{% if a < b %}` for the beginning of an element. */
export function hideLiquid(source: string): HiddenLiquid {
  const hidden: { word: string; markup: string; line: number }[] = [];
  const text = source.replace(MARKUP, (markup, offset: number) => {
    const word = `liquid_${hidden.length}_markup`;
    hidden.push({ word, markup, line: countLineBreaks(source.slice(0, offset)) + 1 });
    return word + '\n'.repeat(countLineBreaks(markup));
  });
  return {
    text,
    restore: (made) => made.replace(/liquid_(\d+)_markup/g, (word, index) => hidden[Number(index)]?.markup ?? word),
    lostIn: (made) => hidden.filter(({ word }) => !made.includes(word)).map(({ markup, line }) => ({ markup, line })),
  };
}

function countLineBreaks(text: string): number {
  return text.split('\n').length - 1;
}
