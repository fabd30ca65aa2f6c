import { type QuietHours, WEEKDAYS, type Weekday } from '@notify/contracts';
import { Temporal } from 'temporal-polyfill';

/** Whether the clock on the wall shows quiet hours. Those over midnight belong to the day on which they begin. */
function isQuiet(local: Temporal.ZonedDateTime, { start, end, days }: QuietHours): boolean {
  const isOn = ({ dayOfWeek }: Temporal.PlainDate) =>
    days === undefined || days.includes(WEEKDAYS[dayOfWeek - 1] as Weekday);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  const today = local.toPlainDate();
  if (start < end) return start <= time && time < end && isOn(today);
  return (start <= time && isOn(today)) || (time < end && isOn(today.subtract({ days: 1 })));
}

/** A zone that Temporal does not know was stored when it was not asked yet; UTC is as good as none. */
function inZone(now: Date, zone: string): Temporal.ZonedDateTime {
  const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  try {
    return instant.toZonedDateTimeISO(zone);
  } catch {
    return instant.toZonedDateTimeISO('UTC');
  }
}

/**
 * When the quiet hours that it is now are over, or undefined when it is none of them.
 *
 * The clock on the wall decides, also when it is put forward or back: hours that would end while it jumps end with the jump, and those whose
 * end it shows twice are over the first time, and begin again where it goes back into them.
 * @param timezone that of the user, for hours that name none; without either, or where that is none, they are in UTC.
 */
export function endOfQuietHours(hours: QuietHours, timezone: string | undefined, now: Date): Date | undefined {
  const local = inZone(now, hours.timezone ?? timezone ?? 'UTC');
  if (!isQuiet(local, hours)) return undefined;
  const end = Temporal.PlainTime.from(hours.end);
  const today = local.toPlainDate();
  // The day after tomorrow's too: where the clock jumps from hours of nearly a day into the next ones, tomorrow's never comes. And
  // yesterday's: a clock that goes back just after midnight shows that evening again.
  const ends = [-1, 0, 1, 2].flatMap((days) =>
    (['earlier', 'later'] as const).map((disambiguation) =>
      today.add({ days }).toPlainDateTime(end).toZonedDateTime(local.timeZoneId, { disambiguation }),
    ),
  );
  const [first] = [...ends, local.getTimeZoneTransition('next')]
    .filter((each) => each !== null)
    .filter((each) => Temporal.ZonedDateTime.compare(each, local) > 0 && !isQuiet(each, hours))
    .sort(Temporal.ZonedDateTime.compare);
  return first && new Date(first.epochMilliseconds);
}
