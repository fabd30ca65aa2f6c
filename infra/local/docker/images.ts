import { docker } from './docker-command.ts';

/** How long a registry may take for its first answer: where packets are dropped, the engine itself would try for minutes. */
const firstAnswerMs = 30_000;
/** Without a terminal docker prints a line per finished layer only, and a layer may be large. */
const silenceMs = 300_000;

/** The images that are not on this machine yet. */
export async function missingImages(images: readonly string[]): Promise<string[]> {
  const present = await Promise.all(
    images.map(async (image) => (await docker(['image', 'inspect', image])).code === 0),
  );
  return images.filter((_, index) => !present[index]);
}

type PullListener = {
  onBegin: (image: string) => void;
  onDone: (image: string, sinceMs: number) => void;
};

/**
 * Pulls images one after the other; the first that fails decides, so that a machine without a registry is told soon.
 *
 * @returns why not, as one line that fits behind "because"; undefined when all are there
 */
export async function pullImages(
  images: readonly string[],
  { onBegin, onDone }: PullListener,
): Promise<string | undefined> {
  for (const image of images) {
    const startedAt = Date.now();
    onBegin(image);
    const problem = await pull(image);
    if (problem !== undefined) return `the image ${shortName(image)} could not be pulled (${problem})`;
    onDone(image, startedAt);
  }
  return undefined;
}

/** The image without its digest, for people. */
export const shortName = (image: string): string => image.replace(/@sha256:.*$/, '');

async function pull(image: string): Promise<string | undefined> {
  const silent = new AbortController();
  let timeout = setTimeout(() => silent.abort(), firstAnswerMs);
  const { code, output } = await docker(['pull', image], {
    signal: silent.signal,
    onOutput() {
      clearTimeout(timeout);
      timeout = setTimeout(() => silent.abort(), silenceMs);
    },
  });
  clearTimeout(timeout);
  if (silent.signal.aborted) return 'the registry did not answer in time';
  return code === 0 ? undefined : pullProblem(output);
}

/** The last thing that a failed `docker pull` says, short. */
export function pullProblem(output: string): string {
  const last = output.trim().split('\n').at(-1) ?? '';
  return last.replace(/^Error response from daemon: /, '').slice(0, 200) || 'no reason given';
}

/** The sizes in bytes of images on this machine, by image. */
export async function imageSizes(images: readonly string[]): Promise<Map<string, number>> {
  const { stdout } = await docker(['image', 'inspect', '--format', '{{.Size}}', ...images]);
  const sizes = stdout.trim().split('\n').map(Number);
  return new Map(images.map((image, index) => [image, sizes[index] ?? 0]));
}
