import type { ArnHead, ArnPattern } from './arn.ts';
import type { CompiledCondition } from './condition.ts';
import type { Decision } from './decision.ts';
import type { ActionClause } from './pattern-pool.ts';
import { type Filed, hashOf, hashOn, NO_TEXT_YET, PrefixTable } from './prefix-table.ts';
import { type CompiledStatement, type Inquiry, namesAction } from './statement.ts';
import type { TextPattern } from './text-pattern.ts';

/** Up to this many statements are tried one after the other; a longer chain is divided by action. */
const SHORT_CHAIN = 8;

/**
 * A statement, filed under one of its resource patterns or one of its action patterns. It repeats what is needed
 * of the statement: every object that is not touched is one that need not be fetched from memory, and with
 * 100,000 statements that is what a decision waits for.
 */
class Entry implements Filed<Entry> {
  readonly hash: number;
  next: Entry | undefined = undefined;
  /** When set, this stands for its whole chain, which was filed here by action instead. */
  byAction: PrefixTable<Entry> | undefined = undefined;
  /** The relative id, when it is as plain as most are; `head` is then set and `resource` need not be asked. */
  readonly #text: string;
  readonly #textIsPrefix: boolean;
  readonly #head: ArnHead | undefined;
  /** The one action pattern that this entry answers for, when it is as plain; else the whole clause is asked. */
  readonly #actionText: string | undefined;
  readonly #actionIsPrefix: boolean;
  readonly #actions: ActionClause;
  readonly #conditions: readonly CompiledCondition[];
  readonly decision: Decision;
  readonly statement: CompiledStatement;
  /** The resource pattern that this entry answers for; undefined: the whole clause of the statement. */
  readonly resource: ArnPattern | undefined;

  constructor(
    hash: number,
    statement: CompiledStatement,
    resource: ArnPattern | undefined,
    action?: TextPattern,
  ) {
    const plainAction = action !== undefined && (action.isLiteral || action.isPrefix);
    this.#actionText = plainAction ? action.literalPrefix : undefined;
    this.#actionIsPrefix = plainAction && action.isPrefix;
    const plain = resource?.plainRelativeId;
    this.hash = hash;
    this.#text = plain?.text ?? '';
    this.#textIsPrefix = plain?.isPrefix ?? false;
    this.#head = plain && resource?.head;
    this.#actions = statement.actions;
    this.#conditions = statement.conditions;
    this.decision = statement.decision;
    this.statement = statement;
    this.resource = resource;
  }

  /** INVARIANT: an index holds no unreadable Allow, so that nothing else has to be asked. */
  applies(inquiry: Inquiry): boolean {
    if (!this.#namesAction(inquiry.action) || !this.#namesResource(inquiry)) return false;
    for (const condition of this.#conditions) if (!condition.holds(inquiry.conditions)) return false;
    return true;
  }

  #namesAction(action: string): boolean {
    const text = this.#actionText;
    if (text === undefined) return namesAction(this.#actions, action);
    return this.#actionIsPrefix ? action.startsWith(text) : action === text;
  }

  #namesResource({ resource, conditions }: Inquiry): boolean {
    const head = this.#head;
    if (head === undefined) {
      return this.resource === undefined
        ? this.statement.namesResource(resource, conditions)
        : this.resource.matches(resource, conditions);
    }
    const { segments } = resource;
    if (segments === undefined) return false;
    const relativeId = resource.hasCaselessName ? resource.foldedRelativeId : segments.relativeId;
    return (
      (this.#textIsPrefix ? relativeId.startsWith(this.#text) : relativeId === this.#text) &&
      head.matches(segments, resource.hasNoRegion, conditions)
    );
  }
}

/** Which segments of an ARN the patterns of a table fix. */
interface FixedMask {
  readonly service: boolean;
  readonly region: boolean;
  readonly account: boolean;
}

interface ResourceTable extends FixedMask {
  readonly entries: PrefixTable<Entry>;
}

/**
 * Finds the statements that may apply to a request without looking at the others.
 *
 * A resource pattern which says something of the account or of the beginning of the relative id is filed under
 * just that; one table for each combination of segments that patterns leave open. Everything else (`*`,
 * `acs:oss:*:*:*`, `NotResource`) is filed under the beginnings of the statement's actions. So 100,000
 * statements that differ in their resources or in their actions cost a request no more steps than 50 do. What
 * cannot be told apart by either, such as the same action on `*` under different conditions, is tried one by one.
 */
export class CandidateIndex {
  readonly #byAction = new PrefixTable<Entry>();
  readonly #byResource: ResourceTable[] = [];
  readonly isEmpty: boolean;

  constructor(statements: readonly CompiledStatement[]) {
    this.isEmpty = statements.length === 0;
    for (const statement of statements) this.#file(statement);
    for (const table of this.#byResource) {
      for (const head of table.entries.chains()) divideIfLong(head);
    }
  }

  /** What the first statement found that applies decides; undefined when none applies. */
  firstDecision(inquiry: Inquiry): Decision | undefined {
    if (this.isEmpty) return undefined;
    const heads: Entry[] = [];
    this.#byAction.find(inquiry.action, NO_TEXT_YET, heads);
    const found = firstIn(heads, 0, inquiry);
    if (found !== undefined || this.#byResource.length === 0) return found;
    const segments = inquiry.resource.segments;
    if (segments === undefined) return undefined;
    const tried = heads.length;
    for (const table of this.#byResource) {
      const { service, region, account } = segments;
      table.entries.find(inquiry.resource.foldedRelativeId, seedFor(table, service, region, account), heads);
    }
    return firstIn(heads, tried, inquiry);
  }

  #file(statement: CompiledStatement): void {
    const clause = statement.resources;
    if (clause === undefined || clause.negated) {
      fileByAction(this.#byAction, statement, undefined);
      return;
    }
    for (const pattern of clause.patterns) {
      const fixed = pattern.fixedSegments;
      const saysLittle =
        fixed === undefined ||
        (fixed.account === undefined && fixed.region === undefined && fixed.relativeIdPrefix === '');
      if (saysLittle) {
        fileByAction(this.#byAction, statement, pattern);
        continue;
      }
      const { service, region, account, relativeIdPrefix, relativeIdIsLiteral } = fixed;
      const table = this.#tableFor({
        service: service !== undefined,
        region: region !== undefined,
        account: account !== undefined,
      });
      const seed = seedFor(table, service ?? '', region ?? '', account ?? '');
      const hash = hashOf(relativeIdPrefix, !relativeIdIsLiteral, seed);
      table.entries.file(relativeIdPrefix, !relativeIdIsLiteral, new Entry(hash, statement, pattern));
    }
  }

  #tableFor(mask: FixedMask): ResourceTable {
    let table = this.#byResource.find(
      (each) => each.service === mask.service && each.region === mask.region && each.account === mask.account,
    );
    if (table === undefined) {
      table = { ...mask, entries: new PrefixTable() };
      this.#byResource.push(table);
    }
    return table;
  }
}

function seedFor(mask: FixedMask, service: string, region: string, account: string): number {
  let seed = NO_TEXT_YET;
  if (mask.service) seed = hashOn(service, seed);
  if (mask.region) seed = hashOn(region, seed);
  if (mask.account) seed = hashOn(account, seed);
  return seed;
}

function divideIfLong(head: Entry): void {
  const chain: Entry[] = [];
  for (let entry: Entry | undefined = head; entry !== undefined; entry = entry.next) chain.push(entry);
  if (chain.length <= SHORT_CHAIN) return;
  const byAction = new PrefixTable<Entry>();
  for (const { statement, resource } of chain) fileByAction(byAction, statement, resource);
  head.byAction = byAction;
  head.next = undefined;
}

/** Files a statement under each beginning that an action which it names can have. */
function fileByAction(
  table: PrefixTable<Entry>,
  statement: CompiledStatement,
  resource: ArnPattern | undefined,
): void {
  const { negated, patterns } = statement.actions;
  if (negated) {
    // What `NotAction` leaves may begin with anything.
    table.file('', true, new Entry(hashOf('', true, NO_TEXT_YET), statement, resource));
    return;
  }
  for (const pattern of patterns) {
    const hash = hashOf(pattern.literalPrefix, !pattern.isLiteral, NO_TEXT_YET);
    table.file(pattern.literalPrefix, !pattern.isLiteral, new Entry(hash, statement, resource, pattern));
  }
}

/** What the first entry that applies decides, in the chains from `from` on. */
function firstIn(heads: readonly Entry[], from: number, inquiry: Inquiry): Decision | undefined {
  for (let at = from; at < heads.length; at++) {
    const head = heads[at]!;
    if (head.byAction !== undefined) {
      const divided: Entry[] = [];
      head.byAction.find(inquiry.action, NO_TEXT_YET, divided);
      const found = firstIn(divided, 0, inquiry);
      if (found !== undefined) return found;
      continue;
    }
    for (let entry: Entry | undefined = head; entry !== undefined; entry = entry.next) {
      if (entry.applies(inquiry)) return entry.decision;
    }
  }
  return undefined;
}
