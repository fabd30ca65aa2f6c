import {
  AppError,
  type ChangedJson,
  TEMPLATE_CHANGED,
  type TemplateVersionJson,
  templateVersionFromJson,
} from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import type { ServiceClient } from '@notify/service-kit';
import { CachedLookup } from './cached-lookup.ts';
import { type CompiledTemplateVersion, compileTemplateVersion } from './render.ts';

const MAX_ENTRIES = 2_000;
const CURRENT_TTL_MS = 30_000;
/** A published version never changes; the limit only lets unused ones go. */
const VERSION_TTL_MS = 3_600_000;

export interface TemplateCatalogue {
  /**
   * A template ready to render: the given version, else the one that is published now. Undefined when there is none.
   * @throws AppError `dependency_unavailable` when template-service is away and it is not remembered.
   */
  lookUp(code: string, version?: number): Promise<CompiledTemplateVersion | undefined>;
  /** Forget a template: it has just been changed. */
  drop(code: string): void;
}

/** Templates, as template-service has them, compiled once and dropped when a new version is published. */
export async function openTemplateCatalogue(
  templateService: ServiceClient,
  broker: Broker,
): Promise<TemplateCatalogue> {
  async function fetchVersion(path: string): Promise<CompiledTemplateVersion | undefined> {
    try {
      return compileTemplateVersion(
        templateVersionFromJson(await templateService.request<TemplateVersionJson>('GET', path)),
      );
    } catch (error) {
      if (error instanceof AppError && error.code === 'template_not_found') return undefined;
      throw error;
    }
  }
  const current = new CachedLookup((code) => fetchVersion(`/templates/${encodeURIComponent(code)}/published`), {
    maxEntries: MAX_ENTRIES,
    ttlMs: CURRENT_TTL_MS,
  });
  // Keys are `<version> <code>`; a code has no space.
  const pinned = new CachedLookup(
    (key) => {
      const [version, code] = key.split(' ') as [string, string];
      return fetchVersion(`/templates/${encodeURIComponent(code)}/published?version=${version}`);
    },
    { maxEntries: MAX_ENTRIES, ttlMs: VERSION_TTL_MS },
  );
  function drop(code: string): void {
    current.drop(code);
    // A version never changes, but it is gone when its template was deleted.
    pinned.dropAll((key) => key.endsWith(` ${code}`));
  }
  await broker.subscribe({
    routingKeys: [TEMPLATE_CHANGED],
    onMessage: ({ body }) => drop((JSON.parse(body.toString()) as ChangedJson).id),
    onReconnect: () => {
      current.clear();
      pinned.clear();
    },
  });
  return {
    lookUp: async (code, version) => (version === undefined ? current.get(code) : pinned.get(`${version} ${code}`)),
    drop,
  };
}
