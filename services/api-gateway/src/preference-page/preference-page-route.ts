import { AppError, type NotificationTypes, type Profile, type ProfileJson, profileFromJson } from '@notify/contracts';
import { isChannelOn, type UnsubscribeLinks, type UnsubscribeSubject, type UserDirectory } from '@notify/enrichment';
import type { Logger, ServiceClient } from '@notify/service-kit';
import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { chargeOfAddress, type RateLimits } from '../rate-limits.ts';
import { choicesFor, switchesFor } from './choices.ts';
import { PAGE_POLICY, preferencePage, refusalPage } from './page.ts';
import { chooseLanguage } from './page-language.ts';
import type { Notice, Refusal } from './page-words.ts';

const FORM_LIMIT = '64kb';
/** Hidden and visible fields; a registry has far fewer switches. */
const FORM_PARAMETER_LIMIT = 2_000;
const RETRY_AFTER_SECONDS = 30;

export interface PreferencePageDependencies {
  links: UnsubscribeLinks;
  userService: ServiceClient;
  users: UserDirectory;
  types: NotificationTypes;
  limits: RateLimits;
  logger: Logger;
}

const setHeaders: RequestHandler = (_request, response, next) => {
  response.type('html').set({
    'Content-Security-Policy': PAGE_POLICY,
    'Cache-Control': 'no-store',
    'X-Robots-Tag': 'noindex, nofollow',
  });
  next();
};

/** In the browser's language: the user's may not be known. */
function refuse(request: Request, response: Response, refusal: Refusal): void {
  const { words } = chooseLanguage(request);
  response.set('Content-Language', words.language).send(refusalPage(words, refusal));
}

/** A field of a form, which may be there once, often or not at all. */
function valuesOf(request: Request, name: string): string[] {
  const form = (request.body ?? {}) as Record<string, unknown>;
  return [form[name]].flat().filter((value) => typeof value === 'string');
}

/**
 * The page behind the link of a message, for people: no API key, no script. Limited by the address that asks, as all that no key lets in.
 * - `GET /u/{token}` shows it and changes nothing: mail scanners follow links.
 * - `POST /u/{token}` switches email of the link's type off, whatever the body: a mail program's one click (RFC 8058) or the page's button.
 * - `POST /u/{token}/preferences` takes the page's form.
 */
export function preferencePageRoute(dependencies: PreferencePageDependencies): Router {
  const { links, userService, users, types, limits, logger } = dependencies;

  const pathOf = (userId: string, what: string) => `/users/${encodeURIComponent(userId)}/${what}`;
  async function profileOf(userId: string): Promise<Profile> {
    return profileFromJson(await userService.request<ProfileJson>('GET', pathOf(userId, 'profile')));
  }
  async function change(userId: string, switches: ReturnType<typeof switchesFor>): Promise<void> {
    await userService.request('PATCH', pathOf(userId, 'preferences'), switches);
    users.drop(userId);
  }

  async function show(request: Request, response: Response, subject: UnsubscribeSubject, notice?: Notice) {
    const profile = await profileOf(subject.userId);
    const { notificationType } = subject;
    const language = chooseLanguage(request, profile.locale);
    const { words, locale } = language;
    const { titleIn, isRequired } = types.settingsOf(notificationType);
    response.set('Content-Language', words.language).send(
      preferencePage({
        words,
        path: `/u/${request.params['token']}`,
        title: titleIn(locale),
        notice,
        canUnsubscribe:
          !isRequired && profile.email !== undefined && isChannelOn(profile.preferences, notificationType, 'email'),
        rows: choicesFor(profile, types, notificationType, language),
        required: types
          .names()
          .map(types.settingsOf)
          .filter((settings) => settings.isRequired)
          .map((settings) => settings.titleIn(locale)),
      }),
    );
  }

  /** Before the link and the form are read: both cost something. */
  async function limitAddress(request: Request, response: Response, next: NextFunction): Promise<void> {
    try {
      await limits.charge([chargeOfAddress(request)], response);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
      response.status(error.status).set('Retry-After', String(error.retryAfterSeconds));
      refuse(request, response, 'tooMany');
      return;
    }
    next();
  }

  /** Answers people with pages, also when something is wrong. */
  function page(answer: (request: Request, response: Response, subject: UnsubscribeSubject) => Promise<void>) {
    return async (request: Request, response: Response): Promise<void> => {
      const subject = links.read(String(request.params['token']));
      try {
        if (subject === undefined) throw new AppError('not_found', 'The link is none of ours');
        await answer(request, response, subject);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'not_found' || error.code === 'user_not_found') {
          response.status(404);
          refuse(request, response, 'noSuchLink');
        } else if (error.code === 'dependency_unavailable') {
          response.status(503).set('Retry-After', String(RETRY_AFTER_SECONDS));
          refuse(request, response, 'unavailable');
        } else throw error;
      }
    };
  }

  const router = Router();
  router.use('/u', setHeaders, limitAddress);
  router.get('/u/:token', page(show));
  router.post(
    '/u/:token',
    page(async (request, response, subject) => {
      const { userId, notificationType } = subject;
      if (types.settingsOf(notificationType).isRequired) return show(request, response, subject, 'required');
      await change(userId, { types: { [notificationType]: { channels: { email: false } } } });
      logger.info('unsubscribed', { notification_type: notificationType });
      return show(request, response, subject, 'unsubscribed');
    }),
  );
  router.post(
    '/u/:token/preferences',
    express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: FORM_PARAMETER_LIMIT }),
    page(async (request, response, subject) => {
      const profile = await profileOf(subject.userId);
      const on = new Set(valuesOf(request, 'on'));
      await change(subject.userId, switchesFor(profile, types, valuesOf(request, 'shown'), on));
      return show(request, response, subject, 'saved');
    }),
  );
  return router;
}
