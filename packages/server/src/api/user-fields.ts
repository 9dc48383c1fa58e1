import { text } from '../wire/parameter.ts';
import { printableLine, printableText } from './printable-text.ts';

export const displayName = printableLine(128);
export const comments = printableText(128);
export const email = text({ max: 128, format: /^[^\s@]+@[^\s@]+\.[^\s@]+$/ });
/** Mobile phone, `86-18688880000`: country code, hyphen, number. */
export const mobilePhone = text({ max: 32, format: /^\d{1,4}-\d{4,14}$/ });
