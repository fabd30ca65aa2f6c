import { expect, test } from '@jest/globals';
import { type ManagementDependencies, managementOperations } from './management-operations.ts';
import { OPERATIONS } from './operations.ts';

test('every forwarded operation is documented with its scope, and every documented one is routed', () => {
  const forwarded = managementOperations({} as ManagementDependencies).map(
    ({ method, path, scope, isForUser }) =>
      `${method} /api/v1${path.replaceAll(/:(\w+)/g, '{$1}')} ${scope} ${isForUser}`,
  );
  const ownRoutes = new Set(['Send', 'Follow', 'Keys']);
  const documented = OPERATIONS.filter(({ tag }) => !ownRoutes.has(tag)).map(
    ({ method, path, scope, isForUser }) => `${method} ${path} ${scope} ${isForUser}`,
  );
  expect(forwarded.sort()).toEqual(documented.sort());
});
