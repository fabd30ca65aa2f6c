/** Every list answers so. */
export interface ListJson<T> {
  data: T[];
  meta: { limit: number; next_cursor: string | null };
}
