import type { TemplateSources } from '@notify/contracts';
import { mapSources } from './per-source.ts';
import { runsCode } from './runs-code.ts';
import {
  type CompiledSource,
  parseSource,
  renderSource,
  TemplateRenderError,
  TemplateSyntaxError,
  toScope,
  variablesOf,
} from './template-engine.ts';

export interface SourceProblem {
  /** Dotted: `email.subject`. */
  field: string;
  code: 'template_syntax' | 'unsafe_url';
  /** With the line, where it is the syntax. */
  message: string;
}

/** Everything that keeps these sources from being a template; empty when they are one. MJML is only looked at as Liquid. */
export function findSourceProblems(sources: TemplateSources): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const parse = (source: string, field: string, html: boolean) => {
    try {
      const parsed = parseSource(source, { html });
      if (field === 'in_app.action_url' && runsCode(withoutVariables(parsed))) {
        problems.push({ field, code: 'unsafe_url', message: 'it would run code where it is opened' });
      }
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error;
      problems.push({ field, code: 'template_syntax', message: error.message });
    }
  };
  mapSources(sources, parse);
  if (sources.email?.mjml !== undefined) parse(sources.email.mjml, 'email.mjml', true);
  return problems;
}

/** What is fixed in it: what comes from variables is looked at whenever it is rendered. */
function withoutVariables(source: CompiledSource): string {
  try {
    return renderSource(source, toScope({})).text;
  } catch (error) {
    if (!(error instanceof TemplateRenderError)) throw error;
    return '';
  }
}

/** The variables that sources without problems ask for, each with the places where it is used. */
export function findUsedVariables(sources: TemplateSources): Map<string, string[]> {
  const places = new Map<string, string[]>();
  mapSources(sources, (source, field, html) => {
    for (const name of variablesOf(parseSource(source, { html })))
      places.set(name, [...(places.get(name) ?? []), field]);
  });
  return places;
}
