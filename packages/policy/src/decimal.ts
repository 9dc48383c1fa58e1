/** Decimal number, kept as digits so that none is rounded. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; empty for numbers below one. */
  readonly whole: string;
  /** Without trailing zeros. */
  readonly fraction: string;
}

/** Parses `42`, `-3.50` or `+0.1`; `undefined` for anything else, exponents included. */
export function readDecimal(text: string): Decimal | undefined {
  const signed = text[0] === '-' || text[0] === '+';
  const from = signed ? 1 : 0;
  let point = -1;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e && point < 0) point = at;
    else if (code < 0x30 || code > 0x39) return undefined;
  }
  const wholeEnd = point < 0 ? text.length : point;
  if (wholeEnd === from || point === text.length - 1) return undefined;
  let wholeFrom = from;
  while (wholeFrom < wholeEnd && text[wholeFrom] === '0') wholeFrom++;
  let fractionEnd = text.length;
  if (point >= 0) while (fractionEnd > point + 1 && text[fractionEnd - 1] === '0') fractionEnd--;
  const whole = text.slice(wholeFrom, wholeEnd);
  const fraction = point < 0 ? '' : text.slice(point + 1, fractionEnd);
  const isZero = whole === '' && fraction === '';
  return { negative: text[0] === '-' && !isZero, whole, fraction };
}

/** Compares two numbers: negative when a < b, zero when equal, positive when a > b. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.negative !== b.negative) return a.negative ? -1 : 1;
  const magnitude =
    a.whole.length - b.whole.length ||
    compareDigits(a.whole, b.whole) ||
    compareDigits(a.fraction, b.fraction);
  return a.negative ? -magnitude : magnitude;
}

function compareDigits(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
