import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ComposeFile } from './compose-file.ts';
import { type ComposeProject, compose } from './compose-project.ts';

const shownLines = 25;

type BuildOptions = {
  /** Gets everything that the builder prints. */
  logFile: string;
  /** Is called once for each service whose image is there. */
  onBuilt: (service: string) => void;
  signal?: AbortSignal;
};

/**
 * Builds the images of a project's services.
 *
 * @throws Error with the end of the builder's output
 */
export async function buildImages(
  project: ComposeProject,
  { services }: ComposeFile,
  { logFile, onBuilt, signal }: BuildOptions,
): Promise<void> {
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, '');
  const waiting = new Map(services.filter(({ isBuilt }) => isBuilt).map(({ name, image }) => [image, name]));
  let printed = '';
  const { code, output } = await compose(project, ['build'], {
    signal,
    onOutput(text) {
      appendFileSync(logFile, text);
      printed += text;
      for (const [image, service] of waiting) {
        if (!saysBuilt(printed, image)) continue;
        waiting.delete(image);
        onBuilt(service);
      }
    },
  });
  if (code !== 0) throw new Error(`The images could not be built. The end of ${logFile}:\n${endOf(output)}`);
  for (const service of waiting.values()) onBuilt(service);
}

/** The last line about an image, of the legacy builder or of BuildKit. */
export const saysBuilt = (output: string, image: string): boolean =>
  [`Successfully tagged ${image}\n`, `naming to docker.io/${image} `, `naming to ${image} `].some((text) =>
    output.includes(text),
  );

const endOf = (output: string): string =>
  output
    .trimEnd()
    .split('\n')
    .slice(-shownLines)
    .map((line) => `  ${line}`)
    .join('\n');
