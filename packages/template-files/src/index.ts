export { readTemplates } from './read-templates.ts';
export type { TemplateFiles } from './template-files.ts';
export { writeTemplates } from './write-templates.ts';
