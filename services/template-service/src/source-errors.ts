import type { FieldError, TemplateSources } from '@notify/contracts';
import { findSourceProblems } from '@notify/enrichment';

/** Everything that keeps these sources from being published, as an answer lists it. @param prefix of each field */
export function sourceErrors(sources: TemplateSources, prefix = ''): FieldError[] {
  return findSourceProblems(sources).map(({ field, message }) => ({
    field: `${prefix}${field}`,
    code: 'template_syntax',
    message,
  }));
}
