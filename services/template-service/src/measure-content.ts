import { type Channel, exampleVariables, type FieldError, type TemplateSizesJson } from '@notify/contracts';
import {
  type CompiledTemplateVersion,
  channelsOf,
  compileTemplateVersion,
  findUsedVariables,
  renderWithGaps,
  TemplateRenderError,
  UNSUBSCRIBE_URL,
} from '@notify/enrichment';
import { MAX_PUSH_PAYLOAD_BYTES, pushPayloadBytesOf } from './push-payload.ts';
import { smsSizeOf } from './sms-size.ts';
import type { TemplateContent } from './version-store.ts';

/** Of Twilio, which refuses longer ones with 21617. */
const MAX_SMS_CHARACTERS = 1_600;

/**
 * Renders everything with the declared examples: what is too large, fails, or asks for what is not declared is found before it is sent.
 * Where nothing is declared, a variable counts as its name in brackets.
 * @param content with parsable sources.
 * @param prefixOf of the fields in errors.
 */
export function measureContent(
  content: TemplateContent,
  prefixOf: (locale: string) => string,
): { sizes: TemplateSizesJson; errors: FieldError[] } {
  const { default_locale: defaultLocale, variables, locales } = content;
  const template = compileTemplateVersion({ code: '', version: 0, defaultLocale, locales });
  const declared = variables ?? {};
  const sizes: TemplateSizesJson = {};
  const errors = variables === null ? [] : findUndeclared(content, prefixOf);
  for (const locale of Object.keys(locales)) {
    sizes[locale] = {};
    for (const channel of channelsOf(template, locale)) {
      const place = { template, channel, locale, field: `${prefixOf(locale)}${channel}` };
      errors.push(...measureChannel(place, exampleVariables(declared, { optional: true }), sizes[locale]));
      if (variables !== null)
        errors.push(...findGaps(place, exampleVariables(declared, { optional: false }), declared));
    }
  }
  return { sizes, errors };
}

interface Place {
  template: CompiledTemplateVersion;
  channel: Channel;
  locale: string;
  field: string;
}

function findUndeclared({ variables, locales }: TemplateContent, prefixOf: (locale: string) => string): FieldError[] {
  return Object.entries(locales).flatMap(([locale, sources]) =>
    [...findUsedVariables(sources)]
      .filter(([name]) => name !== UNSUBSCRIBE_URL && !Object.hasOwn(variables ?? {}, name))
      .flatMap(([name, fields]) =>
        fields.map((field) => ({
          field: `${prefixOf(locale)}${field}`,
          code: 'undeclared_variable',
          message: `it uses "${name}", which is not among the declared variables`,
        })),
      ),
  );
}

function measureChannel(
  { template, channel, locale, field }: Place,
  variables: Record<string, unknown>,
  sizes: TemplateSizesJson[string],
): FieldError[] {
  let content: ReturnType<typeof renderWithGaps>['content'];
  try {
    ({ content } = renderWithGaps(template, channel, locale, variables));
  } catch (error) {
    if (!(error instanceof TemplateRenderError)) throw error;
    return [{ field, code: 'render_failed', message: error.message }];
  }
  const tooLong = (message: string) => [{ field, code: 'too_long', message }];
  if (channel === 'sms') {
    const { body = '' } = content;
    sizes.sms = smsSizeOf(body);
    if (body.length > MAX_SMS_CHARACTERS) {
      return tooLong(
        `it has ${body.length} characters (${sizes.sms.segments} segments), more than ${MAX_SMS_CHARACTERS}`,
      );
    }
  }
  if (channel === 'push') {
    const bytes = pushPayloadBytesOf(content);
    sizes.push = { payload_bytes: bytes };
    if (bytes > MAX_PUSH_PAYLOAD_BYTES) return tooLong(`it has ${bytes} bytes, more than ${MAX_PUSH_PAYLOAD_BYTES}`);
  }
  return [];
}

/** What is missing when only the required variables come. Those that are not declared are found elsewhere. */
function findGaps(
  { template, channel, locale, field }: Place,
  required: Record<string, unknown>,
  declared: Record<string, unknown>,
): FieldError[] {
  try {
    return renderWithGaps(template, channel, locale, required)
      .missing.filter((path) => Object.hasOwn(declared, path.split(/[.[]/)[0] ?? path))
      .map((path) => ({
        field,
        code: 'optional_variable',
        message: `"${path}" may be missing: say with \`if\` or \`default\` what stands in its place`,
      }));
  } catch (error) {
    if (!(error instanceof TemplateRenderError)) throw error;
    return [];
  }
}
