//! A hash that is the same everywhere and for ever: keys and terms are kept by the
//! host between batches. Of the 64 bits that it has in other languages the lower 53
//! are kept, because what makes the component passes on JavaScript numbers only.

const MASK = 0xffff_ffff_ffff_ffffn;

/** FNV-1a over 64 bits with an end after each text, finished with the mixer of MurmurHash3. */
export function hashOf(texts) {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const text of texts) {
    for (const byte of [...toUtf8(text), 0xff]) {
      hash = ((hash ^ BigInt(byte)) * 0x0000_0100_0000_01b3n) & MASK;
    }
  }
  hash = ((hash ^ (hash >> 33n)) * 0xff51_afd7_ed55_8ccdn) & MASK;
  hash = ((hash ^ (hash >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & MASK;
  return Number(BigInt.asUintN(53, hash ^ (hash >> 33n)));
}

/** A text as bytes. The engine inside a rule has no TextEncoder. */
export function toUtf8(text) {
  const bytes = [];
  for (const letter of text.toWellFormed?.() ?? text) {
    const point = letter.codePointAt(0);
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return bytes;
}

/** Bytes that toUtf8 gave, as a text. */
export function fromUtf8(bytes) {
  const escaped = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, "0")}`);
  return decodeURIComponent(escaped.join(""));
}

function tail(point) {
  return 0x80 | (point & 0x3f);
}
