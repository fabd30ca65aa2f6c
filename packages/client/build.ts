import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import manifest from './package.json' with { type: 'json' };

/**
 * `npm run build [-- <folder>]`: makes dist/, or the folder, which is the package to be published (`npm publish ./dist`). The workspace itself uses
 * the sources, but Node does not take TypeScript from node_modules.
 */
const dir = import.meta.dirname;
const dist = resolve(process.argv[2] ?? join(dir, 'dist'));
const tsconfig = join(dir, 'tsconfig.build.json');

rmSync(dist, { recursive: true, force: true });
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', tsconfig, '--outDir', dist], { stdio: 'inherit' });

// One file of types, with those of the contracts in it: that package is not published, and its schemas would ask for Joi.
const types = await rollup({
  input: join(dir, 'src', 'index.ts'),
  plugins: [dts({ tsconfig, includeExternal: ['@notify/contracts'] })],
});
await types.write({ file: join(dist, 'index.d.ts'), format: 'es' });

const { name, version, description, license, type, engines } = manifest;
const published = {
  ...{ name, version, description, license, type, engines },
  sideEffects: false,
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
};
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(join(dir, '..', '..', 'LICENSE'), join(dist, 'LICENSE'));
copyFileSync(join(dir, 'README.md'), join(dist, 'README.md'));
