import { packageVersion } from './package-version.ts';

/** `User-Agent` of requests that commands send; the audit log shows it. */
export const USER_AGENT = `claviger/${packageVersion()} (${process.platform}; ${process.arch}) Node.js/${process.version}`;
