import { expect, test } from '@jest/globals';
import { createClient } from '@notify/client';
import { OPERATIONS } from './operations.ts';

/** A value for each argument: texts that fit into a path, and of which a body or a query can be made as well. */
const ARGUMENTS = ['first', 'second', 'third'];

/** Everything that can be called in an object and the objects in it. */
function methodsOf(value: object): ((...args: string[]) => unknown)[] {
  return Object.values(value).flatMap((member) => (typeof member === 'function' ? [member] : methodsOf(member)));
}

/** What the client's methods ask for, with the values in paths taken out. */
async function requestsOfClient(): Promise<Set<string>> {
  const asked = new Set<string>();
  const client = createClient({
    baseUrl: 'http://gateway.test',
    apiKey: 'none',
    fetch: async (url, { method } = {}) => {
      const segments = new URL(String(url)).pathname.split('/');
      asked.add(`${method} ${segments.map((each) => (ARGUMENTS.includes(each) ? '{}' : each)).join('/')}`);
      return Response.json({ status: 'read' });
    },
  });
  for (const method of methodsOf(client)) {
    const answer = method(...ARGUMENTS) as { page?(): Promise<unknown> };
    await (answer.page?.() ?? answer);
  }
  return asked;
}

test('the client has a method for every operation, and none for anything else', async () => {
  const documented = OPERATIONS.map(
    ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`,
  );
  expect([...(await requestsOfClient())].sort()).toEqual(documented.sort());
});
