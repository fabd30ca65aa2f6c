import type { Settings } from '../env-file.ts';

/** The settings of compose and docker themselves, which no compose file names. */
const readByCompose = /^(COMPOSE_|DOCKER_|BUILDKIT_)/;
/** What browsers and vendors are told, not what a container connects to. */
const publicAddress = /^(PUBLIC_URL|TWILIO_STATUS_CALLBACK_BASE)$/;
const thisMachine = /^([a-z]+:\/\/)?([^@/]*@)?(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/;

/** What .env says and the containers will not do, a line each. Values are not told: they may be secrets. */
export function settingWarnings(settings: Settings, composeText: string): string[] {
  const given = Object.entries(settings).filter(([key, value]) => value !== '' && !readByCompose.test(key));
  const isPassedOn = (key: string): boolean => new RegExp(`\\$\\{${key}\\b`).test(composeText);
  const unused = given.filter(([key]) => !isPassedOn(key)).map(([key]) => key);
  const local = given.filter(([key, value]) => isPassedOn(key) && !publicAddress.test(key) && thisMachine.test(value));
  const readDifferently = given.filter(([key, value]) => isPassedOn(key) && /\$| #/.test(value)).map(([key]) => key);
  return [
    ...(readDifferently.length > 0
      ? [
          `.env: ${readDifferently.join(', ')} holds "$" or " #", which compose does not take literally: quote it with '...'`,
        ]
      : []),
    ...(unused.length > 0
      ? [`.env: ${unused.join(', ')} ${unused.length === 1 ? 'has' : 'have'} no effect in Docker`]
      : []),
    ...local.map(([key]) => `.env: ${key} names this machine, which a container would take for itself`),
  ];
}
