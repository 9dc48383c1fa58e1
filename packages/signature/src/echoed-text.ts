/**
 * Maximum size of the string to sign in an error message, in bytes. Those of RAM's own operations are far
 * shorter.
 */
export const ECHOED_BYTES = 4096;

/** Bytes reserved for the note at the end of a truncated text. */
const NOTE_BYTES = 64;

const NOTE = /… \(cut off: \d+ bytes in all\)$/;

/** Scratch buffer; only the number of characters that fit is used. */
const room = new Uint8Array(ECHOED_BYTES - NOTE_BYTES);
const encoder = new TextEncoder();

/**
 * Returns a string to sign for an error message: whole up to {@link ECHOED_BYTES}, otherwise truncated, with
 * its length. Without a limit a response could be several times as large as its request.
 */
export function echoedText(text: string): string {
  if (text.length * 3 <= ECHOED_BYTES) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes <= ECHOED_BYTES) return text;
  const { read } = encoder.encodeInto(text, room);
  return `${text.slice(0, read)}… (cut off: ${bytes} bytes in all)`;
}

/** Whether a text was truncated by {@link echoedText}. */
export function isCutOff(text: string): boolean {
  return NOTE.test(text);
}
