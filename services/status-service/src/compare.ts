/** The order of two values, field by field: the first pair that differs decides. Numbers by size, texts by code unit. */
export function compareInTurn(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index] as string | number;
    const right = b[index] as string | number;
    if (left < right) return -1;
    if (left > right) return 1;
  }
  return 0;
}
