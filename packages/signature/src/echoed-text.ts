/** Most bytes of a string to sign that a refusal repeats; those of RAM's own operations are far shorter. */
export const ECHOED_BYTES = 4096;

/** Room for the note that ends a text that was cut. */
const NOTE_BYTES = 64;

const NOTE = /… \(cut off: \d+ bytes in all\)$/;

/** The bytes of UTF-8 are not kept, only how many characters they hold. */
const room = new Uint8Array(ECHOED_BYTES - NOTE_BYTES);
const encoder = new TextEncoder();

/**
 * A string to sign as a refusal repeats it: whole if it is within {@link ECHOED_BYTES}, otherwise its beginning and how
 * long it is. A request could otherwise have an answer several times its own size.
 */
export function echoedText(text: string): string {
  if (text.length * 3 <= ECHOED_BYTES) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes <= ECHOED_BYTES) return text;
  const { read } = encoder.encodeInto(text, room);
  return `${text.slice(0, read)}… (cut off: ${bytes} bytes in all)`;
}

/** Whether a text was cut by {@link echoedText}. */
export function isCutOff(text: string): boolean {
  return NOTE.test(text);
}
