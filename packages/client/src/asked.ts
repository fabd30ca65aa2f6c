type WithText<T> = { [K in keyof T]: Extract<T[K], Date> extends never ? T[K] : T[K] | string };

/**
 * A request as a caller writes it. The contracts' types describe one that the gateway has read: `Defaulted` fields are complete there,
 * and times are dates, which may also be written as RFC 3339 text.
 */
export type Asked<T, Defaulted extends keyof T = never> = WithText<Omit<T, Defaulted> & Partial<Pick<T, Defaulted>>>;
