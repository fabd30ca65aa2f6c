import type { Mode } from './mode-record.ts';

export type ModeFacts = {
  /** What `--mode` says. */
  wanted: Mode | undefined;
  /** False where only Docker can run the system. */
  canRunNatively: boolean;
  running: Mode | undefined;
  /** Where notifications are stored already; of a Docker engine that does not answer, what this folder remembers. */
  hasData: Readonly<Record<Mode, boolean>>;
  /** The mode of the last start. */
  last: Mode | undefined;
  /** Why Docker can not be used, as one line that fits behind "because". */
  dockerProblem: string | undefined;
};

/** How to start, with a line for the user where it may surprise; or why not at all. */
export type ModeChoice = { mode: Mode; line?: string } | { refusal: string };

/**
 * Chooses how `npm start` runs the system: as `--mode` says, else as it runs already, else where its data is, else in Docker if that can be
 * used, else natively.
 */
export function chooseMode(facts: ModeFacts): ModeChoice {
  const { wanted, canRunNatively, running } = facts;
  if (wanted === 'native' && !canRunNatively) return { refusal: 'The native mode needs Linux (Debian or Ubuntu).' };
  if (running !== undefined && wanted !== undefined && wanted !== running) {
    return { refusal: `The system runs ${nameOf[running]} now: npm stop, then start it again with --mode=${wanted}.` };
  }
  if (running !== undefined) return { mode: running };
  if (wanted !== undefined)
    return facts.dockerProblem && wanted === 'docker' ? withoutDocker(facts) : chosenByHand(facts, wanted);
  const home = homeOf(facts);
  if (home === 'native' && canRunNatively) return stayNative(facts);
  return facts.dockerProblem === undefined ? { mode: 'docker' } : withoutDocker(facts);
}

/** What is left when Docker cannot be used: the choice of chooseMode, once more, when it turns out that an image is missing. */
export function withoutDocker(facts: ModeFacts): ModeChoice {
  const { wanted, canRunNatively, running, dockerProblem } = facts;
  if (running === 'docker') {
    return {
      refusal: `The system runs in Docker already (npm run status), and can not be brought up to date: ${dockerProblem}.`,
    };
  }
  if (wanted === 'docker') return { refusal: `--mode=docker is not possible: ${dockerProblem}.` };
  if (!canRunNatively) {
    return { refusal: `On this platform the system runs in Docker alone, and that is not possible: ${dockerProblem}.` };
  }
  if (homeOf(facts) === 'docker') {
    return {
      refusal: `This system keeps its data in Docker, which can not be used now: ${dockerProblem}.\n\`npm start -- --mode=native\` starts one beside it, natively and without that data.`,
    };
  }
  return { mode: 'native', line: `Starting natively: ${dockerProblem}.` };
}

const nameOf: Readonly<Record<Mode, string>> = { native: 'natively', docker: 'in Docker' };
const dataOf: Readonly<Record<Mode, string>> = { native: '.local/data', docker: 'the Docker volumes' };

function homeOf({ hasData, last }: ModeFacts): Mode | undefined {
  if (hasData.native && hasData.docker) return last ?? 'native';
  if (hasData.native) return 'native';
  return hasData.docker ? 'docker' : undefined;
}

function chosenByHand({ hasData }: ModeFacts, wanted: Mode): ModeChoice {
  const other = wanted === 'native' ? 'docker' : 'native';
  if (!hasData[other] || hasData[wanted]) return { mode: wanted };
  const line = `Starting without the notifications so far: they stay in ${dataOf[other]}, for --mode=${other}.`;
  return { mode: wanted, line };
}

/** A machine without Docker is not told about it at each start. */
function stayNative({ dockerProblem }: ModeFacts): ModeChoice {
  if (dockerProblem !== undefined) return { mode: 'native' };
  return {
    mode: 'native',
    line: `Starting natively, where the data is (${dataOf.native}); --mode=docker starts in Docker, without that data.`,
  };
}
