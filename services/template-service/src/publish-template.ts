import { AppError, type PublishedTemplateJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { prepareDrafts } from './prepare-drafts.ts';
import { findContent, publishVersion } from './version-store.ts';

/** Somebody would have to write faster than drafts are compiled. */
const MAX_TRIES = 3;

/**
 * Makes all drafts of a template its next version. They are compiled before anything is locked: no one waits for that.
 * @returns undefined: no such template.
 * @throws AppError `template_invalid` with every problem, and `conflict` when the drafts are being changed all the time.
 */
export async function publishTemplate(database: Database, code: string): Promise<PublishedTemplateJson | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const drafts = await findContent(database, code);
    if (drafts === undefined) return undefined;
    const { locales, sizes } = await prepareDrafts(drafts);
    const version = await publishVersion(database, code, drafts, locales);
    if (version !== undefined) return { ...version, sizes };
  }
  throw new AppError('conflict', 'The drafts were changed while they were being published; publish again');
}
