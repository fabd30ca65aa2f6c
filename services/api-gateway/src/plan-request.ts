import {
  AppError,
  CHANNELS,
  type Channel,
  findVariableProblems,
  type NotificationTypes,
  type SendRequestJson,
} from '@notify/contracts';
import {
  type CompiledTemplateVersion,
  channelsOf,
  channelsWithContent,
  MissingVariablesError,
  type PlannedSkip,
  planDelivery,
  type Reachable,
  reachableFromContacts,
  reachableFromProfile,
  renderTemplate,
  type TemplateCatalogue,
  TemplateRenderError,
  type UserDirectory,
  withUnsubscribeUrl,
} from '@notify/enrichment';

export interface PlannedRequest {
  channels: Channel[];
  skipped: PlannedSkip[];
}

const AWAY = Symbol('a service is away');

/** What a lookup says, or that its service can't be asked now: then the worker decides. */
async function askOr<T>(lookup: Promise<T>): Promise<T | typeof AWAY> {
  try {
    return await lookup;
  } catch (error) {
    if (error instanceof AppError && error.code === 'dependency_unavailable') return AWAY;
    throw error;
  }
}

async function reachableOf(request: SendRequestJson, users: UserDirectory): Promise<Reachable | typeof AWAY> {
  const { to, user_id: userId } = request;
  if (to !== undefined) {
    return reachableFromContacts({
      email: to.email,
      phone: to.phone,
      deviceTokens: to.device_tokens,
      locale: to.locale,
    });
  }
  const profile = await askOr(users.lookUp(userId as string));
  if (profile === AWAY) return AWAY;
  if (profile === undefined) throw new AppError('user_not_found', `There is no user ${userId}`);
  return reachableFromProfile(profile);
}

async function templateOf(
  request: SendRequestJson,
  templates: TemplateCatalogue,
): Promise<CompiledTemplateVersion | typeof AWAY | undefined> {
  if (request.template === undefined) return undefined;
  const { code, version } = request.template;
  const template = await askOr(templates.lookUp(code, version));
  if (template === undefined) {
    const which = version === undefined ? 'published version' : `version ${version}`;
    throw new AppError('template_not_found', `There is no template ${code} with a ${which}`);
  }
  return template;
}

/** What is declared is checked, and rendered once, so that what is wrong is refused here and not found out by the recipient. */
function refuseWrongVariables(
  template: CompiledTemplateVersion,
  channels: Channel[],
  locale: string | undefined,
  variables: Record<string, unknown>,
): void {
  const { variablesSchema } = template;
  const errors = variablesSchema === undefined ? [] : findVariableProblems(variablesSchema, variables);
  const named = new Set(errors.map(({ field }) => field));
  for (const [name, places] of findMissing(template, channels, locale, variables, errors.length > 0)) {
    if (named.has(`variables.${name}`)) continue;
    errors.push({
      field: `variables.${name}`,
      code: 'missing_variable',
      message: `the template uses "${name}" (${places.join(', ')}), which is not in variables`,
    });
  }
  if (errors.length === 0) return;
  throw new AppError('validation_failed', `${errors.length} problem${errors.length === 1 ? '' : 's'} in variables`, {
    errors,
  });
}

/** @param wrong they are known to be: then that is what the caller is told, and not what rendering them comes to. */
function findMissing(
  template: CompiledTemplateVersion,
  channels: Channel[],
  locale: string | undefined,
  variables: Record<string, unknown>,
  wrong: boolean,
): Map<string, Channel[]> {
  const missing = new Map<string, Channel[]>();
  for (const channel of channels) {
    try {
      renderTemplate(template, channel, locale, variables);
    } catch (error) {
      if (error instanceof MissingVariablesError) {
        for (const name of error.variables) missing.set(name, [...(missing.get(name) ?? []), channel]);
      } else if (!(error instanceof TemplateRenderError)) throw error;
      else if (!wrong) {
        throw new AppError(
          'validation_failed',
          `The template can't be rendered with these variables: ${error.message}`,
        );
      }
    }
  }
  return missing;
}

/**
 * The channels this request may use, as far as can be known now. When user- or template-service is away
 * the request is taken as it is, and the worker, which plans again, decides.
 * @throws AppError user_not_found, template_not_found, no_deliverable_channel, or validation_failed for variables that are missing or not as declared.
 */
export async function planRequest(
  request: SendRequestJson,
  { users, templates, types }: { users: UserDirectory; templates: TemplateCatalogue; types: NotificationTypes },
): Promise<PlannedRequest> {
  const [reachable, template] = await Promise.all([reachableOf(request, users), templateOf(request, templates)]);
  const locale = request.template?.locale ?? (reachable === AWAY ? undefined : reachable.locale);

  let withContent: Set<Channel>;
  if (template === AWAY) withContent = new Set(CHANNELS);
  else if (template === undefined) withContent = channelsWithContent(request.content ?? {});
  else withContent = channelsOf(template, locale);

  const plan =
    reachable === AWAY
      ? planBlindly(request.channels ?? CHANNELS, withContent)
      : planDelivery({
          requested: request.channels,
          notificationType: request.notification_type,
          isRequired: types.settingsOf(request.notification_type).isRequired,
          reachable,
          withContent,
        });
  if (plan.channels.length === 0) {
    const reasons = plan.skipped.map(({ channel, reason }) => `${channel}: ${reason}`).join(', ');
    throw new AppError('no_deliverable_channel', `No channel can be used (${reasons})`, {
      extra: { channels: plan.skipped },
    });
  }
  if (template !== AWAY && template !== undefined) {
    // The worker knows the link; here it only has to be there.
    const variables = withUnsubscribeUrl(request.variables, request.user_id === undefined ? undefined : '');
    refuseWrongVariables(template, plan.channels, locale, variables);
  }
  return plan;
}

function planBlindly(channels: readonly Channel[], withContent: ReadonlySet<Channel>): PlannedRequest {
  return {
    channels: channels.filter((channel) => withContent.has(channel)),
    skipped: channels
      .filter((channel) => !withContent.has(channel))
      .map((channel) => ({ channel, reason: 'no_content' })),
  };
}
