import { text } from '../rpc/parameter.ts';

/** Anything that can be shown on one line. */
const line = /^\P{Cc}*$/u;

export const displayName = text({ max: 128, chars: line });
/** What can be shown, in several lines if need be. */
export const comments = text({ max: 128, chars: /^[\P{Cc}\t\r\n]*$/u });
export const email = text({ max: 128, format: /^[^\s@]+@[^\s@]+\.[^\s@]+$/ });
/** `86-18688880000`: country code, hyphen, number. */
export const mobilePhone = text({ max: 32, format: /^\d{1,4}-\d{4,14}$/ });
