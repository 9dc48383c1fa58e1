import { execFile, spawnSync } from 'node:child_process';

/** Reason to skip tests with curl; false when curl is installed. */
export const CURL_MISSING =
  spawnSync('curl', ['--version']).status === 0
    ? false
    : 'NOT TESTED: curl is not installed, so the curl commands of `claviger sign` are not tested';
if (CURL_MISSING) console.error(CURL_MISSING);

/** Runs a curl command in a shell. @returns the output of curl */
export function runCurl(command: string, input = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile('sh', ['-c', command.replace(/^curl/, 'curl -sS')], (error, out) =>
    error === null ? resolve(out) : reject(error),
  );
  child.stdin?.end(input);
  return promise;
}
