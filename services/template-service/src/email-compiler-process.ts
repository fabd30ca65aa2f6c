import type { CompiledEmail, EmailToCompile } from './compile-emails.ts';
import { emailTextOf } from './email-text.ts';
import { hideLiquid } from './hide-liquid.ts';

/** MJML to HTML. @returns problems with their lines where it is none. */
async function compileMjml(source: string): Promise<{ html?: string; problems: string[] }> {
  const { default: mjml2html } = await import('mjml');
  const { text, restore, lostIn } = hideLiquid(source);
  try {
    // Without `fonts`, an email that names one of Google's would load it from there and tell who read it when.
    const { html, errors } = await mjml2html(text, { validationLevel: 'soft', ignoreIncludes: true, fonts: {} });
    const problems = errors.map(({ message, tagName, line }) => `${restore(message)} (${tagName}, line ${line})`);
    if (/<mj-include\b/i.test(text)) problems.push('mj-include is not allowed: a template is whole by itself');
    for (const { markup, line } of lostIn(html)) {
      problems.push(`${markup} gets lost: between elements it has to be in an <mj-raw> (line ${line})`);
    }
    return { html: restore(html), problems };
  } catch (error) {
    return { problems: [error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message] };
  }
}

async function compileEmail({ mjml, html, wantsText }: EmailToCompile): Promise<CompiledEmail> {
  const compiled = mjml === undefined ? { html, problems: [] } : await compileMjml(mjml);
  if (!wantsText || compiled.html === undefined || compiled.problems.length > 0) return compiled;
  return { ...compiled, text: emailTextOf(compiled.html) };
}

process.once('message', async (emails: EmailToCompile[]) => {
  const compiled: CompiledEmail[] = [];
  for (const email of emails) compiled.push(await compileEmail(email));
  // Ends the process: nothing else keeps it.
  process.send?.(compiled, () => process.disconnect());
});
