import { fstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

const OTHERS = 0o007;
const GROUP = 0o070;
const SET_GROUP_ID = 0o2000;

/**
 * Returns what is wrong with the access to a secret file; `undefined` if only this process's user, or what an orchestrator has
 * put it in a group with, can read it.
 *
 * The rule: others have no access. The group has none either, unless an orchestrator gave it: the group is one of this
 * process, and root owns the file (a mounted secret, mode 0440 or 0640), or the directory hands this group on to its files
 * (set-group-ID, as Kubernetes makes a volume with `fsGroup`, where files become 0660).
 *
 * @param file path of the file
 * @param descriptor of the opened file
 */
export function accessProblem(file: string, descriptor: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  const stats = fstatSync(descriptor);
  const shown = (stats.mode & 0o777).toString(8).padStart(4, '0');
  if ((stats.mode & OTHERS) !== 0) return `is open to others (mode ${shown}): make it 0600`;
  if ((stats.mode & GROUP) === 0 || isGroupOfOrchestrator(file, stats)) return undefined;
  return `is open to the group ${stats.gid} (mode ${shown}): make it 0600; an orchestrator may give it to a group of this process, as a file of root or by a set-group-ID directory`;
}

function isGroupOfOrchestrator(file: string, { uid, gid }: Stats): boolean {
  const groups = new Set([process.getegid?.(), ...(process.getgroups?.() ?? [])]);
  if (!groups.has(gid)) return false;
  if (uid === 0 && process.geteuid?.() !== 0) return true;
  const directory = statSync(dirname(realpathSync(file)));
  return directory.gid === gid && (directory.mode & SET_GROUP_ID) !== 0;
}
