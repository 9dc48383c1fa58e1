import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { CommanderError } from 'commander';

/** Address that a command is about to listen on, with the flag of its port. */
export interface ListeningAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly flag: string;
}

/** Number of ports after the one in use that are tried to suggest a free one. */
const SUGGESTED_PORTS = 20;

/** State of a listening socket in `/proc/net/tcp`. */
const LISTEN = '0A';

/**
 * Checks that the addresses can be listened on.
 * @throws CommanderError that names an address in use, the process where the system tells it, and a free port
 */
export async function assertAddressesFree(addresses: readonly ListeningAddress[]): Promise<void> {
  for (const { host, port, flag } of addresses) {
    if (port === 0 || !(await isInUse(host, port))) continue;
    const user = processListeningOn(port);
    const by = user === undefined ? '' : ` by ${user}`;
    const free = await freePortAfter(host, port);
    const suggestion = free === undefined ? '' : `, such as ${flag} ${free}`;
    throw new CommanderError(
      1,
      'claviger.EADDRINUSE',
      `${host}:${port} is in use${by}: stop the process that listens there, or choose another port with ${flag}${suggestion}`,
    );
  }
}

async function freePortAfter(host: string, port: number): Promise<number | undefined> {
  const last = Math.min(port + SUGGESTED_PORTS, 65_535);
  for (let candidate = port + 1; candidate <= last; candidate++) {
    if (!(await isInUse(host, candidate))) return candidate;
  }
  return undefined;
}

/** Returns whether another process listens. Every other failure is left to the server, which names it. */
function isInUse(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EADDRINUSE'));
    server.listen(port, host, () => server.close(() => resolve(false)));
  });
}

/**
 * Returns name and id of the process that listens on a port: `node (process 4711)`. Linux tells it for processes of
 * the same user.
 * @returns `undefined` if unknown
 */
function processListeningOn(port: number): string | undefined {
  try {
    const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => inodesIn(file, port));
    if (inodes.length === 0) return undefined;
    const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
    for (const id of readdirSync('/proc')) {
      if (!/^\d+$/.test(id) || !hasOpen(id, sockets)) continue;
      return `${readFileSync(`/proc/${id}/comm`, 'utf8').trim()} (process ${id})`;
    }
  } catch {
    // Not Linux, or the process has ended meanwhile.
  }
  return undefined;
}

function inodesIn(file: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      return state === LISTEN && local.endsWith(suffix) ? [inode] : [];
    });
}

function hasOpen(id: string, sockets: ReadonlySet<string>): boolean {
  try {
    const directory = `/proc/${id}/fd`;
    return readdirSync(directory).some((each) => {
      try {
        return sockets.has(readlinkSync(`${directory}/${each}`));
      } catch {
        return false;
      }
    });
  } catch {
    // A process of another user.
    return false;
  }
}
