/** Work that waits for its turn. */
export interface Turn {
  /** Verified callers and all others take turns with each other, whatever their numbers. */
  readonly isVerified: boolean;
  /** Account of a verified caller, network of others: groups take turns. */
  readonly group: string;
  /** Takes turns with the other lanes of its group. */
  readonly lane: string;
  /** Memory held while it waits. */
  readonly bytes: number;
  /** False when its client has gone: it is then dropped without being started. */
  isWanted(): boolean;
  /** Starts the work; the promise is settled when it is finished, and never rejects. */
  start(): Promise<void>;
  /** Called instead of `start` when the queue is full or the client has gone. */
  drop(): void;
}

/** Bounds of a {@link TurnQueue}. */
export interface TurnBounds {
  readonly waiting: number;
  /** Of all that wait together. */
  readonly waitingBytes: number;
  /** Started and not finished, for each lane. */
  readonly underWayPerLane: number;
  /** Work between two returns to the event loop, ms. */
  readonly sliceMs: number;
  /** Longest wait in a lane that is overloaded, ms; Infinity: none is overloaded. */
  readonly overloadWaitMs: number;
  /**
   * A lane is overloaded when its oldest turn has been one that waited too long for this time, ms: a process that was
   * stopped for a moment serves what has come meanwhile. It is looked at again each time this time has passed.
   */
  readonly overloadAfterMs: number;
}

/** How the queue meets the event loop; replaced in tests. */
export interface TurnLoop {
  /** Monotonic clock, ms. */
  now(): number;
  /** Calls back when the work that was just started has come to its first wait for I/O. */
  afterTurn(callback: () => void): void;
  /** Calls back when the event loop has read what has arrived. */
  afterRead(callback: () => void): void;
}

const EVENT_LOOP: TurnLoop = {
  now: () => performance.now(),
  // A tick that is asked for in a microtask runs when all microtasks are done, those that they queue included.
  afterTurn: (callback) => queueMicrotask(() => process.nextTick(callback)),
  afterRead: (callback) => void setImmediate(callback),
};

const DEFAULT_BOUNDS: TurnBounds = {
  waiting: 2048,
  waitingBytes: 64 * 1024 * 1024,
  underWayPerLane: 16,
  sliceMs: 1,
  overloadWaitMs: Number.POSITIVE_INFINITY,
  overloadAfterMs: 1000,
};

/**
 * Part of the longest wait after which an overloaded lane refuses a turn. Served newest first, a turn that is not started
 * soon is started in a lull if at all: late, instead of a newer one.
 */
const OVERLOADED_WAIT_PART = 1 / 8;

/** Share of an overloaded lane's turns that is refused at least; if fewer were, it is not overloaded any more. */
const OVERLOADED_REFUSALS = 1 / 20;

/** Charged for each turn at least: connections, reading and answering take time, too. */
const LEAST_MS = 0.05;

/** A part of the event loop's time, shared by the parts below it. */
class Share {
  readonly parent: Share | undefined;
  /** Time used, on the parent's scale: the one with the least has the next turn. */
  used = 0;
  /** What the last of the parts below had used when its turn began; a part that was idle begins there. */
  #floor = 0;
  /** Parts with work to start, in the order in which they got it. */
  readonly #ready = new Set<Share>();

  constructor(parent: Share | undefined) {
    this.parent = parent;
  }

  get isReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Takes part in the turns from now on. Idle time is not saved up. */
  join(): void {
    const { parent } = this;
    if (parent === undefined || parent.#ready.has(this)) return;
    this.used = Math.max(this.used, parent.#floor);
    parent.#ready.add(this);
    parent.join();
  }

  leave(): void {
    const { parent } = this;
    if (parent === undefined) return;
    parent.#ready.delete(this);
    if (!parent.isReady) parent.leave();
  }

  charge(ms: number): void {
    this.used += ms;
    this.parent?.charge(ms);
  }

  /** The part that has used the least. */
  next(): Share | undefined {
    let least: Share | undefined;
    for (const part of this.#ready) if (least === undefined || part.used < least.used) least = part;
    if (least !== undefined) this.#floor = least.used;
    return least;
  }
}

/** Overload of a lane. Outlives the lane's turns: for a moment none may be waiting. */
interface Overload {
  /** When it is looked at again, ms. */
  until: number;
  /** Turns since it was last looked at. */
  refused: number;
  served: number;
}

/** Turn with the time at which it came, of the monotonic clock in ms. */
interface WaitingTurn {
  readonly turn: Turn;
  readonly since: number;
}

class Lane extends Share {
  readonly key: string;
  /** The oldest first. */
  readonly turns: WaitingTurn[] = [];
  /** Since when each oldest turn has waited too long, ms; `undefined` if the last one had not. */
  lateSince: number | undefined;
  bytes = 0;
  underWay = 0;

  constructor(key: string, group: Group) {
    super(group);
    this.key = key;
  }
}

class Group extends Share {
  readonly key: string;
  lanes = 0;

  constructor(key: string, parent: Share) {
    super(parent);
    this.key = key;
  }
}

/**
 * Decides which request is served next. Verified callers and all others share the event loop's time evenly, then
 * accounts or networks, then the callers of one of these; the share that has used the least time has the next turn. So
 * a request waits for about one turn of each other share, however many requests those have waiting.
 *
 * After each slice of work the event loop gets to accept and read what has arrived. When too much waits, the newest of
 * the busiest lane is dropped.
 *
 * A lane whose turns wait too long, one after the other, gets more than its part of the event loop can serve. Served
 * in order, every one of them would be late, most of them for clients that have given up. So the newest is served first,
 * and what has waited too long is refused before any work is done for it. A lane that is empty for a moment is still
 * overloaded: clients whose requests are refused together send the next ones together.
 */
export class TurnQueue {
  readonly #bounds: TurnBounds;
  readonly #loop: TurnLoop;
  readonly #root = new Share(undefined);
  readonly #verified = new Share(this.#root);
  readonly #others = new Share(this.#root);
  readonly #groups = new Map<string, Group>();
  readonly #lanes = new Map<string, Lane>();
  /** By the lane's key; those that are looked at first are first. */
  readonly #overloads = new Map<string, Overload>();
  #waiting = 0;
  #waitingBytes = 0;
  #dropped = 0;
  /** A turn is under way, or the event loop has one. */
  #isBusy = false;
  #sliceUsed = 0;

  constructor(bounds: Partial<TurnBounds> = {}, loop: TurnLoop = EVENT_LOOP) {
    this.#bounds = { ...DEFAULT_BOUNDS, ...bounds };
    this.#loop = loop;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Lanes with work that waits or is under way. */
  get lanes(): number {
    return this.#lanes.size;
  }

  /** Turns refused since too many were waiting, or since they have waited too long. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Starts a turn at once when nothing is in its way, later otherwise. */
  enter(turn: Turn): void {
    const lane = this.#laneOf(turn);
    const since = this.#loop.now();
    lane.turns.push({ turn, since });
    lane.bytes += turn.bytes;
    this.#waiting += 1;
    this.#waitingBytes += turn.bytes;
    if (lane.underWay < this.#bounds.underWayPerLane) lane.join();
    this.#advance();
    while (this.#waiting > this.#bounds.waiting || this.#waitingBytes > this.#bounds.waitingBytes) {
      this.#dropNewest();
    }
  }

  #laneOf({ isVerified, group, lane }: Turn): Lane {
    const laneKey = `${isVerified} ${group}\n${lane}`;
    const known = this.#lanes.get(laneKey);
    if (known !== undefined) return known;
    const groupKey = `${isVerified} ${group}`;
    let parent = this.#groups.get(groupKey);
    if (parent === undefined) {
      parent = new Group(groupKey, isVerified ? this.#verified : this.#others);
      this.#groups.set(groupKey, parent);
    }
    const made = new Lane(laneKey, parent);
    parent.lanes += 1;
    this.#lanes.set(laneKey, made);
    return made;
  }

  /** Starts the next turn, unless one is under way. */
  #advance(): void {
    while (!this.#isBusy && this.#root.isReady) {
      if (this.#sliceUsed >= this.#bounds.sliceMs) {
        this.#isBusy = true;
        this.#loop.afterRead(() => {
          this.#sliceUsed = 0;
          this.#isBusy = false;
          this.#advance();
        });
        return;
      }
      this.#startNext();
    }
  }

  #startNext(): void {
    const lane = this.#root.next()?.next()?.next() as Lane;
    const turn = this.#nextOf(lane);
    if (turn === undefined) return;
    if (!turn.isWanted()) {
      turn.drop();
      this.#settle(lane);
      return;
    }
    this.#isBusy = true;
    lane.underWay += 1;
    if (lane.underWay >= this.#bounds.underWayPerLane) lane.leave();
    const began = this.#loop.now();
    const finished = turn.start();
    this.#loop.afterTurn(() => {
      const used = Math.max(this.#loop.now() - began, LEAST_MS);
      lane.charge(used);
      this.#sliceUsed += used;
      this.#isBusy = false;
      this.#advance();
    });
    void finished.then(() => {
      lane.underWay -= 1;
      if (lane.turns.length > 0) lane.join();
      this.#settle(lane);
      this.#advance();
    });
  }

  /** Returns the turn of a lane to start; `undefined` when one that waited too long was refused instead. */
  #nextOf(lane: Lane): Turn | undefined {
    const now = this.#loop.now();
    const waited = now - lane.turns[0]!.since;
    const overload = this.#overloadOf(lane, waited, now);
    if (overload === undefined) return this.#take(lane, lane.turns.shift()!);
    if (waited <= this.#bounds.overloadWaitMs * OVERLOADED_WAIT_PART) {
      overload.served += 1;
      return this.#take(lane, lane.turns.pop()!);
    }
    overload.refused += 1;
    this.#dropped += 1;
    this.#take(lane, lane.turns.shift()!).drop();
    // Its answer takes time, too.
    lane.charge(LEAST_MS);
    this.#sliceUsed += LEAST_MS;
    this.#settle(lane);
    return undefined;
  }

  /** @param waited by the oldest turn of the lane, ms */
  #overloadOf(lane: Lane, waited: number, now: number): Overload | undefined {
    const { overloadWaitMs, overloadAfterMs } = this.#bounds;
    const known = this.#overloads.get(lane.key);
    if (known !== undefined) {
      if (now < known.until) return known;
      this.#overloads.delete(lane.key);
      const isRecent = now < known.until + overloadAfterMs;
      if (isRecent && known.refused >= (known.refused + known.served) * OVERLOADED_REFUSALS) {
        return this.#addOverload(lane, now);
      }
    }
    if (waited <= overloadWaitMs) {
      lane.lateSince = undefined;
      return undefined;
    }
    lane.lateSince ??= now;
    return now - lane.lateSince < overloadAfterMs ? undefined : this.#addOverload(lane, now);
  }

  #addOverload(lane: Lane, now: number): Overload {
    const { overloadAfterMs } = this.#bounds;
    for (const [key, { until }] of this.#overloads) {
      if (now < until + overloadAfterMs) break;
      this.#overloads.delete(key);
    }
    const added = { until: now + overloadAfterMs, refused: 0, served: 0 };
    this.#overloads.set(lane.key, added);
    return added;
  }

  /** A turn of the lane waits no longer. */
  #take(lane: Lane, { turn }: WaitingTurn): Turn {
    lane.bytes -= turn.bytes;
    this.#waiting -= 1;
    this.#waitingBytes -= turn.bytes;
    if (lane.turns.length === 0) lane.leave();
    return turn;
  }

  /** Forgets a lane without work, and its group when that was the last lane. */
  #settle(lane: Lane): void {
    if (lane.turns.length > 0 || lane.underWay > 0) return;
    this.#lanes.delete(lane.key);
    const group = lane.parent as Group;
    group.lanes -= 1;
    if (group.lanes === 0) this.#groups.delete(group.key);
  }

  #dropNewest(): void {
    let busiest: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.turns.length > 0 && (busiest === undefined || lane.bytes > busiest.bytes)) busiest = lane;
    }
    if (busiest === undefined) return;
    this.#dropped += 1;
    this.#take(busiest, busiest.turns.pop()!).drop();
    this.#settle(busiest);
  }
}
