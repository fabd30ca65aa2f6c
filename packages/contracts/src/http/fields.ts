import Joi from 'joi';
import { getCountries, isPossiblePhoneNumber, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { Temporal } from 'temporal-polyfill';
import { CHANNELS, type Channel, PRIORITIES, type Priority } from '../channels.ts';
import { CALLER_ID_PATTERN } from '../ids.ts';

/** The building blocks of the public schemas. */

export const callerId = () =>
  Joi.string().pattern(CALLER_ID_PATTERN, 'letters, digits, _ . : - and at most 128 of them');

/** Any case is accepted, answers are lower-case. */
export const channel = () =>
  Joi.string<Channel>()
    .lowercase()
    .valid(...CHANNELS);

/** Any case; `normal` means medium. */
export const priority = () =>
  Joi.string<Priority>()
    .lowercase()
    // A conversion, since Joi looks at the valid values before it runs any custom rule.
    .replace(/^normal$/, 'medium')
    .valid(...PRIORITIES);

/** One line of text that ends up in a header: no CR, LF or NUL can smuggle another header in. */
export const headerText = (maxLength: number) =>
  Joi.string()
    .max(maxLength)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point
    .pattern(/^[^\u0000-\u001f\u007f]*$/, 'no control characters');

/** Text of any kind. Only NUL is refused: databases and mails can't carry it. */
export const text = (maxLength: number) =>
  Joi.string()
    .max(maxLength)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing NUL is the point
    .pattern(/^[^\u0000]*$/, 'no NUL');

export const email = () => headerText(254).email({ tlds: false, minDomainSegments: 2 });

/** E.164. A number is accepted when it is possible, not only when it is assigned. */
export const phone = () =>
  Joi.string()
    .custom((value: string, helpers) =>
      /^\+[1-9]\d{1,14}$/.test(value) && isPossiblePhoneNumber(value) ? value : helpers.error('string.phone'),
    )
    .messages({ 'string.phone': '{{#label}} must be a possible phone number in E.164 form, such as +14155550123' });

/** Where the numbers of a person are dialled: ISO 3166-1, two letters. */
export const country = () =>
  Joi.string()
    .uppercase()
    .valid(...getCountries());

/**
 * A number as people write it, turned into E.164: with `+` and the country's code, or as it is dialled in the `country` that stands beside it.
 * Without that a number that does not say its country is refused: guessing one would reach somebody else.
 */
export const phoneOfCountry = () =>
  Joi.string()
    .max(64)
    .custom((value: string, helpers) => {
      const beside = String(helpers.state.ancestors[0]?.country ?? '').toUpperCase();
      const number = parsePhoneNumberFromString(value, {
        defaultCountry: isSupportedCountry(beside) ? beside : undefined,
        extract: false,
      });
      return number?.isPossible() && number.ext === undefined ? number.number : helpers.error('string.phone');
    })
    .messages({
      'string.phone':
        "{{#label}} must be a possible phone number: in E.164 form, such as +14155550123, or as it is dialled in the user's country",
    });

export const locale = () =>
  Joi.string().pattern(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/, 'a language tag such as fr or fr-CA');

export const timezone = () =>
  Joi.string()
    .custom((value: string, helpers) => {
      try {
        // Not Intl: it takes more (PST, JST), and quiet hours are worked out with Temporal.
        new Temporal.ZonedDateTime(0n, value);
        return value;
      } catch {
        return helpers.error('string.timezone');
      }
    })
    .messages({ 'string.timezone': '{{#label}} must be an IANA time zone such as Africa/Lagos' });

/** `Date` would roll over: the 30th of February is its 2nd of March, and 24:00 its next day. */
function isInCalendar(time: string): boolean {
  const [day = '', clock = ''] = time.split('T');
  try {
    Temporal.PlainDate.from(day);
    return !clock.startsWith('24');
  } catch {
    return false;
  }
}

/** RFC 3339, within what a database can hold. Never without an offset: that would be a time by the clock of whichever server reads it. */
export const time = () =>
  Joi.date()
    .iso()
    .min('1970-01-01T00:00:00Z')
    .max('9999-12-31T23:59:59Z')
    .custom((value: Date, helpers) => {
      const { original } = helpers;
      if (typeof original !== 'string') return value;
      if (!/T.*(Z|[+-]\d\d:\d\d)$/.test(original)) return helpers.error('date.offset');
      return isInCalendar(original) ? value : helpers.error('date.calendar');
    })
    .messages({
      'date.calendar': '{{#label}} must be on a day that its month has, at an hour from 00 to 23',
      'date.offset': '{{#label}} must say its offset from UTC: 2026-12-01T09:00:00Z or 2026-12-01T09:00:00+01:00',
    });

const METADATA_LIMIT_BYTES = 16 * 1024;

/** Free data that comes back with everything, lists of 200 too: so it is small. */
export const metadata = () =>
  Joi.object()
    .unknown()
    .max(50)
    .custom((value: object, helpers) =>
      new TextEncoder().encode(JSON.stringify(value)).length > METADATA_LIMIT_BYTES
        ? helpers.error('object.bytes')
        : value,
    )
    .messages({ 'object.bytes': '{{#label}} must have at most 16 KiB as JSON' });

/** The body's form of the Idempotency-Key header. */
export const idempotencyKey = () => headerText(255).min(1);

export const listLimit = () => Joi.number().integer().min(1).max(200).default(50);
export const listCursor = () => Joi.string().max(500);

/** Keys of free data. A regular expression, since the OpenAPI document can show it. */
export const DATA_KEY_PATTERN = /^.{1,128}$/;
