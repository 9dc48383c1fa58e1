import type { Cluster, ClusterNode } from './cluster.ts';
import { pick } from './seeded-random.ts';

/** Fault of one part of the cluster. */
export interface Fault {
  readonly name: string;
  /** Part that has at most one fault at a time. */
  readonly part: string;
  begin(): Promise<void> | void;
  /** Ends the fault; resolves when the part runs again. */
  end(): Promise<void> | void;
}

const nothing = () => {};

/** All faults of the cluster. */
export function faultsOf(cluster: Cluster): readonly Fault[] {
  const { postgres, redis, nginx } = cluster;
  return [
    ...cluster.nodes.flatMap(nodeFaults),
    {
      name: 'database killed',
      part: 'database',
      begin: () => postgres.killServer(),
      end: () => postgres.start(),
    },
    {
      name: 'database paused',
      part: 'database',
      begin: () => postgres.setPaused(true),
      end: () => postgres.setPaused(false),
    },
    {
      name: 'database session killed',
      part: 'database',
      begin: () => postgres.killSession(),
      end: nothing,
    },
    {
      name: 'redis killed',
      part: 'redis',
      begin: async () => void (await redis.end('SIGKILL')),
      end: () => redis.start(),
    },
    {
      name: 'redis paused',
      part: 'redis',
      begin: () => redis.signal('SIGSTOP'),
      end: () => redis.signal('SIGCONT'),
    },
    {
      name: 'nginx killed',
      part: 'nginx',
      begin: async () => void (await nginx.end('SIGKILL')),
      end: () => nginx.start(),
    },
    {
      name: 'nginx paused',
      part: 'nginx',
      begin: () => nginx.signal('SIGSTOP'),
      end: () => nginx.signal('SIGCONT'),
    },
  ];
}

function nodeFaults({ name: part, process, databaseLink, redisLink }: ClusterNode): Fault[] {
  return [
    {
      name: 'node killed',
      part,
      begin: async () => void (await process.end('SIGKILL')),
      end: () => process.start(),
    },
    {
      name: 'node stopped',
      part,
      begin: async () => void (await process.end('SIGTERM')),
      end: () => process.start(),
    },
    {
      name: 'node paused',
      part,
      begin: () => process.signal('SIGSTOP'),
      end: () => process.signal('SIGCONT'),
    },
    {
      name: 'node cut from the database',
      part,
      begin: () => databaseLink.cut(),
      end: () => databaseLink.restore(),
    },
    {
      name: 'node stalled at the database',
      part,
      begin: () => databaseLink.stall(),
      end: () => databaseLink.restore(),
    },
    { name: 'node cut from redis', part, begin: () => redisLink.cut(), end: () => redisLink.restore() },
    { name: 'node stalled at redis', part, begin: () => redisLink.stall(), end: () => redisLink.restore() },
  ];
}

/** Chooses one fault, or two of different parts in a third of the cases: first a part, then one of its faults. */
export function chooseFaults(faults: readonly Fault[], random: () => number): readonly Fault[] {
  const parts = [...new Set(faults.map(({ part }) => part))];
  const chosen: Fault[] = [];
  const count = random() < 1 / 3 ? 2 : 1;
  while (chosen.length < count) {
    const part = pick(parts, random);
    if (chosen.some((fault) => fault.part === part)) continue;
    const candidates = faults.filter((fault) => fault.part === part);
    chosen.push(pick(candidates, random));
  }
  // A node cannot start without its database and Redis, so those come back first.
  return chosen.sort((one, other) => startOrder(one) - startOrder(other));
}

function startOrder({ part }: Fault): number {
  return part.startsWith('node') ? 1 : 0;
}
