import type { ArnPattern } from './arn.ts';
import { hashOn, NO_TEXT_YET, PrefixTable } from './prefix-table.ts';
import type { CompiledStatement, Inquiry } from './statement.ts';
import type { TextPattern } from './text-pattern.ts';

/** Up to this many statements are tried one after the other; a larger group is divided by action. */
const SMALL_GROUP = 8;

/** A statement, filed under one of its resource patterns or one of its action patterns. */
interface Entry {
  readonly statement: CompiledStatement;
  /** The resource patterns which this entry answers for; undefined: the whole clause of the statement. */
  readonly resources: readonly ArnPattern[] | undefined;
}

/** Entries filed under the same resource; divided by action once there are many. */
interface ResourceGroup {
  entries: Entry[];
  byAction: PrefixTable<Entry[]> | undefined;
}

/** Which segments of an ARN the patterns of a table fix. */
interface FixedMask {
  readonly service: boolean;
  readonly region: boolean;
  readonly account: boolean;
}

interface ResourceTable extends FixedMask {
  readonly groups: PrefixTable<ResourceGroup>;
}

/**
 * Finds the statements that may apply to a request without looking at the others.
 *
 * A resource pattern which says something of the account or of the beginning of the relative id is filed under
 * just that; one table for each combination of segments that patterns leave open. Everything else (`*`,
 * `acs:oss:*:*:*`, `NotResource`) is filed under the beginnings of the statement's actions. So 100,000
 * statements that differ in their resources or in their actions cost a request no more than 50 do. What cannot
 * be told apart by either, such as the same action on `*` under different conditions, is tried one by one.
 */
export class CandidateIndex {
  readonly #byAction = new PrefixTable<Entry[]>();
  readonly #byResource: ResourceTable[] = [];
  readonly #groups: ResourceGroup[] = [];
  readonly isEmpty: boolean;

  constructor(statements: readonly CompiledStatement[]) {
    this.isEmpty = statements.length === 0;
    for (const statement of statements) this.#file(statement);
    for (const group of this.#groups) {
      if (group.entries.length > SMALL_GROUP) divideByAction(group);
    }
  }

  /** The first statement found that applies; undefined when none does. */
  firstThatApplies(inquiry: Inquiry): CompiledStatement | undefined {
    if (this.isEmpty) return undefined;
    const lists: Entry[][] = [];
    this.#byAction.find(inquiry.action, NO_TEXT_YET, lists);
    for (const list of lists) {
      const found = firstIn(list, inquiry);
      if (found !== undefined) return found;
    }
    const segments = inquiry.resource.segments;
    if (segments === undefined) return undefined;
    for (const table of this.#byResource) {
      const groups: ResourceGroup[] = [];
      const { service, region, account } = segments;
      table.groups.find(inquiry.resource.foldedRelativeId, seedFor(table, service, region, account), groups);
      for (const group of groups) {
        const found = firstInGroup(group, inquiry);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #file(statement: CompiledStatement): void {
    const clause = statement.resources;
    if (clause === undefined || clause.negated) {
      fileByAction(this.#byAction, { statement, resources: undefined });
      return;
    }
    const broad: ArnPattern[] = [];
    for (const pattern of clause.patterns) {
      const fixed = pattern.fixedSegments;
      const saysLittle =
        fixed === undefined ||
        (fixed.account === undefined && fixed.region === undefined && fixed.relativeIdPrefix === '');
      if (saysLittle) {
        broad.push(pattern);
        continue;
      }
      const { service, region, account, relativeIdPrefix, relativeIdIsLiteral } = fixed;
      const table = this.#tableFor({
        service: service !== undefined,
        region: region !== undefined,
        account: account !== undefined,
      });
      const seed = seedFor(table, service ?? '', region ?? '', account ?? '');
      const group = table.groups.file(relativeIdPrefix, !relativeIdIsLiteral, seed, () => {
        const made: ResourceGroup = { entries: [], byAction: undefined };
        this.#groups.push(made);
        return made;
      });
      group.entries.push({ statement, resources: [pattern] });
    }
    if (broad.length > 0) fileByAction(this.#byAction, { statement, resources: broad });
  }

  #tableFor(mask: FixedMask): ResourceTable {
    let table = this.#byResource.find(
      (each) => each.service === mask.service && each.region === mask.region && each.account === mask.account,
    );
    if (table === undefined) {
      table = { ...mask, groups: new PrefixTable() };
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

function divideByAction(group: ResourceGroup): void {
  const byAction = new PrefixTable<Entry[]>();
  for (const entry of group.entries) fileByAction(byAction, entry);
  group.byAction = byAction;
  group.entries = [];
}

/** Files an entry under each beginning that an action which it names can have. */
function fileByAction(table: PrefixTable<Entry[]>, entry: Entry): void {
  const actions = entry.statement.actions;
  const patterns: readonly Pick<TextPattern, 'literalPrefix' | 'isLiteral'>[] = actions.negated
    ? [{ literalPrefix: '', isLiteral: false }]
    : actions.patterns;
  for (const pattern of patterns) {
    const list = table.file(pattern.literalPrefix, !pattern.isLiteral, NO_TEXT_YET, () => []);
    if (list.at(-1) !== entry) list.push(entry);
  }
}

function firstInGroup(group: ResourceGroup, inquiry: Inquiry): CompiledStatement | undefined {
  if (group.byAction === undefined) return firstIn(group.entries, inquiry);
  const lists: Entry[][] = [];
  group.byAction.find(inquiry.action, NO_TEXT_YET, lists);
  for (const list of lists) {
    const found = firstIn(list, inquiry);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstIn(entries: readonly Entry[], inquiry: Inquiry): CompiledStatement | undefined {
  for (const { statement, resources } of entries) {
    if (
      statement.namesAction(inquiry.action) &&
      (resources === undefined
        ? statement.namesResource(inquiry.resource, inquiry.conditions)
        : namesOneOf(resources, inquiry)) &&
      statement.conditionsHold(inquiry.conditions)
    ) {
      return statement;
    }
  }
  return undefined;
}

function namesOneOf(patterns: readonly ArnPattern[], inquiry: Inquiry): boolean {
  for (const pattern of patterns) {
    if (pattern.matches(inquiry.resource, inquiry.conditions)) return true;
  }
  return false;
}
