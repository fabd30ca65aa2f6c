import { canonicalLocale } from './canonical-locale.ts';
import { closestLocales } from './closest-locales.ts';

/** How people are shown a notification type. */
export interface NotificationTypeTitles {
  /** `Order updates`: where there is none in the person's language. */
  title: string;
  /** In other languages, by canonical locale. */
  titles: Record<string, string>;
  /** The closest there is: `fr-CA` -> `fr` -> `title`. */
  titleIn(locale: string): string;
}

/** `order_updates` as people read it: `Order updates`. */
function inWords(notificationType: string): string {
  const words = notificationType.replaceAll(/[_.:-]+/g, ' ').trim();
  return words === '' ? notificationType : words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param own as the registry has them; without a title the type is shown by its name in words. */
export function titlesOf(
  notificationType: string,
  own: { title?: string; titles?: Record<string, string> },
): NotificationTypeTitles {
  const { title = inWords(notificationType), titles = {} } = own;
  const byLocale = new Map(Object.entries(titles).map(([locale, each]) => [canonicalLocale(locale), each]));
  return {
    title,
    titles: Object.fromEntries(byLocale),
    titleIn(locale) {
      const closest = closestLocales(locale).find((each) => byLocale.has(each)) ?? '';
      return byLocale.get(closest) ?? title;
    },
  };
}
