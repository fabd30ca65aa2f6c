import {
  exampleVariables,
  type FieldError,
  findVariableProblems,
  type TemplatePreviewJson,
  type TemplateVersion,
} from '@notify/contracts';
import {
  channelsOf,
  compileTemplateVersion,
  localeFor,
  type RenderedContent,
  renderWithGaps,
  TemplateRenderError,
} from '@notify/enrichment';
import { pushPayloadBytesOf } from './push-payload.ts';
import { smsSizeOf } from './sms-size.ts';

type Preview = Pick<TemplatePreviewJson, 'locale' | 'channels' | 'missing_variables' | 'errors'>;

const shown = {
  email: ({ title = '', html, body }: RenderedContent) => ({ subject: title, html, text: body }),
  sms: ({ body = '' }: RenderedContent) => ({ text: body, ...smsSizeOf(body) }),
  push: (content: RenderedContent) => {
    const { title = '', body = '', data } = content;
    return { title, body, data, payload_bytes: pushPayloadBytesOf(content) };
  },
  in_app: ({ title = '', body = '', actionUrl }: RenderedContent) => ({ title, body, action_url: actionUrl }),
};

/**
 * What each channel would show.
 * @param variables default: the examples of those that are declared.
 * @returns with what a send would be refused for; a channel that can't be rendered is not there, and why is among the errors.
 */
export function previewContent(
  version: TemplateVersion,
  locale: string | undefined,
  variables: Record<string, unknown> = exampleVariables(version.variables ?? {}, { optional: true }),
): Preview {
  const template = compileTemplateVersion(version);
  const { variablesSchema } = template;
  const problems = variablesSchema === undefined ? [] : findVariableProblems(variablesSchema, variables);
  const isMissing = ({ code }: FieldError) => code === 'missing_variable';
  const missing = new Set(problems.filter(isMissing).map(({ field }) => field.replace('variables.', '')));
  const preview: Preview = {
    locale: localeFor(template, locale),
    channels: {},
    missing_variables: [],
    errors: problems.filter((problem) => !isMissing(problem)),
  };
  for (const channel of channelsOf(template, locale)) {
    try {
      const rendered = renderWithGaps(template, channel, locale, variables);
      Object.assign(preview.channels, { [channel]: shown[channel](rendered.content) });
      for (const name of rendered.missing) missing.add(name);
    } catch (error) {
      if (!(error instanceof TemplateRenderError)) throw error;
      preview.errors.push({ field: channel, code: 'render_failed', message: error.message });
    }
  }
  return { ...preview, missing_variables: [...missing] };
}
