import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { asyncApiFile, asyncApiYaml } from '../../asyncapi/asyncapi-file.ts';
import { projectDir } from '../paths.ts';

/** `npm run asyncapi`: writes docs/asyncapi.yaml anew. Returns the exit code. */
export async function asyncapi(): Promise<number> {
  writeFileSync(asyncApiFile, asyncApiYaml());
  console.log(`Wrote ${relative(projectDir, asyncApiFile)}`);
  return 0;
}
