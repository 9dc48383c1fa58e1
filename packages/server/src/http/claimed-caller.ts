import { hash } from 'node:crypto';
import type { GuardRequest } from '@claviger/guard';
import type { ConsoleSite } from '../session/console-site.ts';
import { readCookie } from '../session/cookie.ts';

/** Longer names are none of ours. */
const NAME_AT_MOST = 128;

const PARAMETER = 'AccessKeyId=';
const AMPERSAND = 0x26;

/**
 * Returns the caller that a request claims to be of, read without decoding or verifying anything: the AccessKey that it
 * names, or a digest of its session cookie. Empty if it names none in a place where clients write it.
 *
 * @param siteOf returns the site that the request was sent to; called only if there is a cookie
 */
export function claimedCaller(request: GuardRequest, siteOf: () => ConsoleSite): string {
  const { rawHeaders } = request;
  let hasCookie = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 13 && name.toLowerCase() === 'authorization') {
      return bounded(keyOfAuthorization(rawHeaders[at + 1]!));
    }
    if (name.length === 6 && name.toLowerCase() === 'cookie') hasCookie = true;
  }
  if (hasCookie) {
    const token = readCookie(rawHeaders, 'session', siteOf());
    if (token !== undefined) return `session ${hash('sha256', token, 'hex')}`;
  }
  return bounded(keyOfQuery(request.target) || keyOfForm(request.body));
}

function bounded(name: string): string {
  return name.length <= NAME_AT_MOST ? name : '';
}

/** Of ACS3 and ACS4 `… Credential=KEY,…` or `Credential=KEY/…`, of ROA `acs KEY:…`. */
function keyOfAuthorization(value: string): string {
  if (value.startsWith('acs ')) {
    const colon = value.indexOf(':');
    return colon < 0 ? '' : value.slice(4, colon);
  }
  const space = value.indexOf(' ');
  if (space < 0 || !value.startsWith('Credential=', space + 1)) return '';
  const start = space + 1 + 'Credential='.length;
  let end = start;
  while (end < value.length && end - start <= NAME_AT_MOST && value[end] !== ',' && value[end] !== '/') end++;
  return value.slice(start, end);
}

function keyOfQuery(target: string): string {
  for (let at = target.indexOf(PARAMETER); at > 0; at = target.indexOf(PARAMETER, at + 1)) {
    const before = target[at - 1];
    if (before !== '?' && before !== '&') continue;
    const start = at + PARAMETER.length;
    const end = target.indexOf('&', start);
    return target.slice(start, end < 0 ? target.length : end);
  }
  return '';
}

function keyOfForm(body: Uint8Array): string {
  if (body.length === 0) return '';
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let at = bytes.indexOf(PARAMETER); at >= 0; at = bytes.indexOf(PARAMETER, at + 1)) {
    if (at > 0 && bytes[at - 1] !== AMPERSAND) continue;
    const start = at + PARAMETER.length;
    const rest = bytes.subarray(start, start + NAME_AT_MOST + 1);
    const end = rest.indexOf(AMPERSAND);
    return rest.toString('latin1', 0, end < 0 ? rest.length : end);
  }
  return '';
}
