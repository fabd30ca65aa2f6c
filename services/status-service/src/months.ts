/** A month of the calendar in UTC, as `2026-12`. */
export type Month = string;

export const startOfMonth = (month: Month): Date => new Date(`${month}-01T00:00:00.000Z`);

/** @param months negative for earlier ones. */
export function addMonths(month: Month, months: number): Month {
  const date = startOfMonth(month);
  date.setUTCMonth(date.getUTCMonth() + months);
  return monthOf(date);
}

export const monthOf = (date: Date): Month => date.toISOString().slice(0, 7);

/** The partition that holds a month of the record. */
export const partitionOfMonth = (month: Month): string => `notifications_${month.replace('-', '_')}`;
