import { execFile, spawnSync } from 'node:child_process';

/** Why tests with curl are left out; false where there is one. */
export const withoutCurl =
  spawnSync('curl', ['--version']).status === 0
    ? false
    : 'NOT TESTED: there is no curl on this machine; what `claviger sign` prints for it is untested here';
if (withoutCurl) console.error(withoutCurl);

/** Runs a curl command as a shell would. @returns what curl printed */
export function runCurl(command: string, input = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile('sh', ['-c', command.replace(/^curl/, 'curl -sS')], (error, out) =>
    error === null ? resolve(out) : reject(error),
  );
  child.stdin?.end(input);
  return promise;
}
