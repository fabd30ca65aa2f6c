// The commands behind the npm scripts; bootstrap.mjs runs this on Node 24.
const [command = '', ...args] = process.argv.slice(2);

const commands: Record<string, () => Promise<number>> = {
  start: async () => (await import('./commands/start.ts')).start(args),
  stop: async () => (await import('./commands/stop.ts')).stop(),
  status: async () => (await import('./commands/status.ts')).status(),
  logs: async () => (await import('./commands/logs.ts')).logs(args),
  reset: async () => (await import('./commands/reset.ts')).reset(args),
  keys: async () => (await import('./commands/keys.ts')).keys(args),
  templates: async () => (await import('./commands/templates.ts')).templates(args),
  test: async () => (await import('./commands/test.ts')).test(args),
  'test:faults': async () => (await import('./commands/test-faults.ts')).testFaults(args),
  'test:compose': async () => (await import('./commands/test-compose.ts')).testCompose(args),
  bench: async () => (await import('./commands/bench.ts')).bench(args),
  asyncapi: async () => (await import('./commands/asyncapi.ts')).asyncapi(),
};

const run = commands[command];
if (run === undefined) {
  console.error(
    `Unknown command "${command}": npm start, stop, test, or npm run status, logs, keys, templates, reset, test:faults, test:compose, bench, asyncapi.`,
  );
  process.exit(1);
}
try {
  process.exitCode = await run();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
