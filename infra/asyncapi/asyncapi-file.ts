import { join } from 'node:path';
import { stringify } from 'yaml';
import { asyncApiDocument } from '../../services/api-gateway/src/asyncapi/asyncapi-document.ts';
import { projectDir } from '../local/paths.ts';

export const asyncApiFile = join(projectDir, 'docs', 'asyncapi.yaml');

/** What docs/asyncapi.yaml is to say. */
export function asyncApiYaml(): string {
  const note = '# Made by `npm run asyncapi` from packages/contracts: change it there.\n';
  return note + stringify(asyncApiDocument(), { aliasDuplicateObjects: false, lineWidth: 120 });
}
