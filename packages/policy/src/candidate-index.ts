import type { ArnHead, ArnPattern } from './arn.ts';
import type { CompiledCondition } from './condition.ts';
import type { Decision } from './decision.ts';
import type { ActionClause } from './pattern-pool.ts';
import { type Filed, hashOf, hashOn, NO_TEXT_YET, PrefixTable } from './prefix-table.ts';
import { type CompiledStatement, type Inquiry, namesAction } from './statement.ts';
import type { TextPattern } from './text-pattern.ts';

/** Longest chain whose statements are tried one by one; a longer one is divided by action. */
const SHORT_CHAIN = 8;

/**
 * Statement, filed under one of its resource patterns or one of its action patterns. It duplicates the fields
 * of the statement that matching needs: with 100,000 statements, a decision is bound by the objects that it
 * fetches from memory.
 */
class Entry implements Filed<Entry> {
  readonly hash: number;
  next: Entry | undefined = undefined;
  /** If set, replaces the whole chain, which was filed here by action instead. */
  byAction: PrefixTable<Entry> | undefined = undefined;
  /** Relative id, if it is a plain text; `head` is set then and `resource` need not be matched. */
  readonly #text: string;
  readonly #textIsPrefix: boolean;
  readonly #head: ArnHead | undefined;
  /** The only action pattern of this entry, if it is a plain text; otherwise the whole clause is matched. */
  readonly #actionText: string | undefined;
  readonly #actionIsPrefix: boolean;
  readonly #actions: ActionClause;
  readonly #conditions: readonly CompiledCondition[];
  readonly decision: Decision;
  readonly statement: CompiledStatement;
  /** Resource pattern of this entry; undefined: the whole clause of the statement. */
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

  /** INVARIANT: an index contains no unreadable Allow, so that no other check is needed. */
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

/** Segments of an ARN that the patterns of a table fix. */
interface FixedMask {
  readonly service: boolean;
  readonly region: boolean;
  readonly account: boolean;
}

interface ResourceTable extends FixedMask {
  readonly entries: PrefixTable<Entry>;
}

/**
 * Finds the statements that may apply to a request without visiting the others.
 *
 * A resource pattern that fixes the account or the beginning of the relative id is filed under these; there
 * is one table per combination of open segments. Everything else (`*`, `acs:oss:*:*:*`, `NotResource`) is
 * filed under the beginnings of the statement's actions. So a request costs the same number of steps with
 * 100,000 statements that differ in resources or actions as with 50. Statements that differ in neither, such
 * as the same action on `*` under different conditions, are tried one by one.
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

  /** Returns the decision of the first applicable statement found; `undefined` if none applies. */
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

/** Files a statement under each possible beginning of the actions that it names. */
function fileByAction(
  table: PrefixTable<Entry>,
  statement: CompiledStatement,
  resource: ArnPattern | undefined,
): void {
  const { negated, patterns } = statement.actions;
  if (negated) {
    // Actions outside of `NotAction` may begin with anything.
    table.file('', true, new Entry(hashOf('', true, NO_TEXT_YET), statement, resource));
    return;
  }
  for (const pattern of patterns) {
    const hash = hashOf(pattern.literalPrefix, !pattern.isLiteral, NO_TEXT_YET);
    table.file(pattern.literalPrefix, !pattern.isLiteral, new Entry(hash, statement, resource, pattern));
  }
}

/** Returns the decision of the first applicable entry in the chains from `from` on. */
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
