import { expect, test } from '@jest/globals';
import { saysBuilt } from './build-images.ts';

const image = 'notification-system/sms-service:local';

test.each([
  ['the legacy builder', `Successfully built 1f2e\nSuccessfully tagged ${image}\n`],
  ['BuildKit', `#23 naming to docker.io/${image} done\n`],
  ['BuildKit, of an image with a registry in its name', `#23 naming to ${image} done\n`],
])('the last line of %s about an image is known', (_, output) => {
  expect(saysBuilt(output, image)).toBe(true);
  expect(saysBuilt(output, 'notification-system/sms-service:local2')).toBe(false);
  expect(saysBuilt(output.slice(0, 20), image)).toBe(false);
});
