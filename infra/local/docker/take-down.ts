import { type ComposeProject, compose } from './compose-project.ts';

type TakeDownOptions = { withVolumes: boolean };

/**
 * Stops a project and removes its containers and network; each container has the stop_grace_period of the compose file to finish its work.
 * Images stay.
 *
 * @throws Error with compose's last lines
 */
export async function takeDown(project: ComposeProject, { withVolumes }: TakeDownOptions): Promise<void> {
  const args = ['down', '--remove-orphans', ...(withVolumes ? ['--volumes'] : [])];
  const { code, output } = await compose(project, args);
  if (code !== 0) throw new Error(`It could not be stopped: ${output.trim().split('\n').slice(-5).join('\n')}`);
}
