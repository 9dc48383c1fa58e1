import { text } from '../../rpc/parameter.ts';

/** What is said about a policy or role: anything that can be shown, in several lines if need be. */
export const description = text({ max: 1024, chars: /^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u });
