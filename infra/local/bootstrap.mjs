// The entry of every npm script. It runs on Node >= 18 with nothing installed: it gets the dependencies and Node 24, then
// hands over to cli.ts. Plain JavaScript without dependencies, for that reason.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stampFile = join(projectDir, 'node_modules', '.installed-lock');
const [command = '', ...args] = process.argv.slice(2);

/** Commands that need the dependencies; the others only look at what is there. */
const installs = ['start', 'test', 'test:compose', 'bench', 'asyncapi'].includes(command);

if (Number(process.versions.node.split('.')[0]) < 18) {
  fail(
    `Node 18 or newer is needed to start; this is ${process.version}. Install a newer Node and run the command again.`,
  );
}
if (installs) installDependencies();
const node = findNode();
if (node === undefined) {
  // Nobody has run npm start: an answer without Node 24.
  if (!installs && !existsSync(join(projectDir, '.local')) && !existsSync(join(projectDir, '.env'))) {
    console.log('npm start has not run here yet. `npm start` starts the system.');
    process.exit(0);
  }
  fail(
    installs
      ? `Node 24 is needed and is not shipped for ${process.platform}-${process.arch}: install Node 24 or newer and run the command again.`
      : 'Node 24 is not installed here: run `npm start` once (it gets it), or use Node 24 or newer.',
  );
}
run(node, ['--disable-warning=ExperimentalWarning', join(projectDir, 'infra', 'local', 'cli.ts'), command, ...args]);

/** Installs the dependencies of the lockfile, unless this very lockfile is installed already. */
function installDependencies() {
  const lockHash = createHash('sha256')
    .update(readFileSync(join(projectDir, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === lockHash) return;

  const { packageManager } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  const pnpm = packageManager.split('+')[0];
  console.log(`Installing dependencies with ${pnpm} ...`);
  const startedAt = Date.now();
  const install = spawnSync('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
    cwd: projectDir,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    // pnpm asks before it replaces a node_modules made by another tool; nobody can answer here.
    env: { ...process.env, CI: 'true' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (install.status !== 0) {
    console.error(`${install.stdout ?? ''}${install.stderr ?? ''}`.trim().split('\n').slice(-20).join('\n'));
    fail(
      'The dependencies could not be installed (the last lines are above). Check the network and run the command again.',
    );
  }
  writeFileSync(stampFile, `${lockHash}\n`);
  console.log(`Dependencies installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** The path of a Node that runs TypeScript from source: the one of the dependencies, else the running one; undefined when there is none. */
function findNode() {
  const shipped = join(projectDir, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(shipped) && spawnSync(shipped, ['--version']).status === 0) return shipped;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

function run(node, nodeArguments) {
  const child = spawn(node, nodeArguments, { cwd: projectDir, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself (same terminal): wait for it to clean up. Other signals are passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} could not be run: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
