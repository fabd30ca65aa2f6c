import { parse } from 'yaml';
import { type ComposeProject, compose } from './compose-project.ts';

export type ComposeService = {
  readonly name: string;
  readonly image: string;
  /** True when compose builds the image; else it is pulled. */
  readonly isBuilt: boolean;
  /** True when it runs only with a profile. */
  readonly isOptional: boolean;
};

/** What docker-compose.yml comes to with the settings of a project. */
export type ComposeFile = {
  readonly services: readonly ComposeService[];
  /** The images that must be there before anything is built or started, each once. */
  readonly baseImages: readonly string[];
};

/**
 * Reads the compose file as compose understands it.
 *
 * @throws Error with compose's own words when it does not
 */
export async function readComposeFile(project: ComposeProject): Promise<ComposeFile> {
  const { code, stdout, output } = await compose(project, ['config']);
  if (code !== 0) throw new Error(`docker compose does not take the compose file: ${output.trim()}`);
  return parseComposeConfig(stdout);
}

/** What `compose config` prints, by v1 and v2 alike, as far as it is used here. */
type ComposeConfig = {
  services: Record<string, { image?: string; build?: { args?: Record<string, string> }; profiles?: string[] }>;
};

/** Reads what `compose config` prints. A build argument that ends in _IMAGE is what the Dockerfile begins with. */
export function parseComposeConfig(yaml: string): ComposeFile {
  const { services } = parse(yaml) as ComposeConfig;
  const all = Object.entries(services).map(([name, { image = '', build, profiles = [] }]) => ({
    name,
    image,
    isBuilt: build !== undefined,
    isOptional: profiles.length > 0,
  }));
  const buildArguments = Object.values(services).flatMap(({ build }) => Object.entries(build?.args ?? {}));
  const begunWith = buildArguments.filter(([key]) => key.endsWith('_IMAGE')).map(([, image]) => image);
  const pulled = all.filter(({ isBuilt, isOptional }) => !isBuilt && !isOptional).map(({ image }) => image);
  return { services: all, baseImages: [...new Set([...begunWith, ...pulled])] };
}
