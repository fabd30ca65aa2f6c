import { expect, test } from '@jest/globals';
import { parseComposeConfig } from './compose-file.ts';

// As docker-compose 1.29 and compose v2 print it: keys in another order, lists indented otherwise, a name in front.
const v1 = `services:
  api-gateway:
    build:
      args:
        NODE_IMAGE: node:24
        SERVICE: api-gateway
      context: /srv/main
    cap_drop:
    - ALL
    image: notification-system/api-gateway:local
  nginx:
    image: nginx:stable
    profiles:
    - https
  postgres-user:
    image: 'postgres:17'
  postgres-core:
    image: postgres:17
version: '3.9'
volumes:
  image: {}
`;
const v2 = `name: main
services:
  api-gateway:
    build:
      context: /srv/main
      args:
        NODE_IMAGE: node:24
        SERVICE: api-gateway
    cap_drop:
      - ALL
    image: notification-system/api-gateway:local
  nginx:
    profiles:
      - https
    image: nginx:stable
  postgres-user:
    image: postgres:17
  postgres-core:
    image: postgres:17
volumes:
  image:
    name: main_image
`;

test.each([
  ['docker-compose 1.29', v1],
  ['compose v2', v2],
])('what %s prints is read: services, what is built, what needs a profile', (_, yaml) => {
  const { services, baseImages } = parseComposeConfig(yaml);
  expect(services).toEqual([
    { name: 'api-gateway', image: 'notification-system/api-gateway:local', isBuilt: true, isOptional: false },
    { name: 'nginx', image: 'nginx:stable', isBuilt: false, isOptional: true },
    { name: 'postgres-user', image: 'postgres:17', isBuilt: false, isOptional: false },
    { name: 'postgres-core', image: 'postgres:17', isBuilt: false, isOptional: false },
  ]);
  expect(baseImages).toEqual(['node:24', 'postgres:17']);
});
