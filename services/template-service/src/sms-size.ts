import type { SmsSizeJson } from '@notify/contracts';

/** 3GPP TS 23.038, section 6.2.1: the basic alphabet, one septet each. */
const GSM_BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Its extension, behind an escape: two septets each. */
const GSM_EXTENDED = new Set('\f^{}\\[~]|€');

const LIMITS = {
  'gsm-7': { single: 160, part: 153 },
  'ucs-2': { single: 70, part: 67 },
} as const;

/** Undefined: this character is not in GSM-7. */
function septetsOf(character: string): number | undefined {
  if (GSM_BASIC.has(character)) return 1;
  return GSM_EXTENDED.has(character) ? 2 : undefined;
}

/** How an SMS goes over the air. One character outside of GSM-7 makes all of it UCS-2, more than twice as large. */
export function smsSizeOf(text: string): SmsSizeJson {
  const characters = [...text];
  const septets = characters.map(septetsOf);
  const isGsm = septets.every((count) => count !== undefined);
  const encoding = isGsm ? 'gsm-7' : 'ucs-2';
  const sizes = isGsm ? septets : characters.map(({ length }) => length);
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { single, part } = LIMITS[encoding];
  return { encoding, units, segments: units <= single ? 1 : countParts(sizes, part) };
}

/** A character is never cut in two: an escape and what it escapes, or a surrogate pair, go into the next part together. */
function countParts(sizes: readonly number[], partSize: number): number {
  let parts = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > partSize) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return parts;
}
