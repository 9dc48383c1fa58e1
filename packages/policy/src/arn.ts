import { type ConditionContext, onlyValueOf } from './conditions-in-request.ts';
import { foldCase } from './letter-case.ts';
import { literalText, splitAtColons, type Template } from './template.ts';
import { TextPattern } from './text-pattern.ts';

/**
 * Services whose resources have no region. RAM's documents write their region as empty or `*`, and its denial
 * messages print `*`; so empty, `*` and any region are equal for them.
 */
const SERVICES_WITHOUT_REGION: ReadonlySet<string> = new Set(['ram', 'sts', 'ims']);

/**
 * Resource types whose names are compared case-insensitively, as the control plane looks them up. A type that
 * is looked up so and missing here could be reached past a Deny on its name. Names of MFA devices and ids are
 * compared exactly, in look-ups too.
 */
const TYPES_WITH_CASELESS_NAMES: readonly string[] = [
  'user/',
  'group/',
  'role/',
  'policy/',
  'saml-provider/',
  'oidc-provider/',
];

const SEGMENTS = 5;

/** Segments of `acs:<service>:<region>:<account>:<relative-id>`; the relative id may contain colons. */
export interface ArnSegments {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly relativeId: string;
}

/** Splits an ARN into its five segments; `undefined` if it has fewer. */
export function segmentsOf(arn: string): ArnSegments | undefined {
  const partitionEnd = arn.indexOf(':');
  const serviceEnd = partitionEnd < 0 ? -1 : arn.indexOf(':', partitionEnd + 1);
  const regionEnd = serviceEnd < 0 ? -1 : arn.indexOf(':', serviceEnd + 1);
  const accountEnd = regionEnd < 0 ? -1 : arn.indexOf(':', regionEnd + 1);
  if (accountEnd < 0) return undefined;
  return {
    partition: arn.slice(0, partitionEnd),
    service: arn.slice(partitionEnd + 1, serviceEnd),
    region: arn.slice(serviceEnd + 1, regionEnd),
    account: arn.slice(regionEnd + 1, accountEnd),
    relativeId: arn.slice(accountEnd + 1),
  };
}

function hasNoRegion(service: string): boolean {
  return SERVICES_WITHOUT_REGION.has(service);
}

/** Resource of a request, split once for all patterns it is compared with. */
export class ResourceName {
  readonly text: string;
  /** Undefined for a resource with fewer than five segments, such as `*`. */
  readonly segments: ArnSegments | undefined;
  readonly hasNoRegion: boolean;
  readonly hasCaselessName: boolean;
  readonly #isCaseSensitive: boolean;
  #foldedRelativeId: string | undefined;
  #canonical: string | undefined;

  /** @param isCaseSensitive `false` when the service that owns the resource folds letter case */
  constructor(text: string, isCaseSensitive = true) {
    this.text = text;
    this.#isCaseSensitive = isCaseSensitive;
    const segments = segmentsOf(text);
    this.segments = segments;
    this.hasNoRegion = segments !== undefined && SERVICES_WITHOUT_REGION.has(segments.service);
    this.hasCaselessName =
      segments !== undefined &&
      (!isCaseSensitive ||
        (segments.service === 'ram' &&
          TYPES_WITH_CASELESS_NAMES.some((type) => segments.relativeId.startsWith(type))));
  }

  /** INVARIANT: only read for a resource that has segments. */
  get foldedRelativeId(): string {
    this.#foldedRelativeId ??= foldCase(this.segments!.relativeId);
    return this.#foldedRelativeId;
  }

  /** Canonical spelling, equal for all texts that name the same resource. */
  get canonical(): string {
    this.#canonical ??= this.#spellCanonically();
    return this.#canonical;
  }

  /** Whether a text names this resource. */
  isNamedBy(text: string): boolean {
    return new ResourceName(text, this.#isCaseSensitive).canonical === this.canonical;
  }

  #spellCanonically(): string {
    if (this.segments === undefined) return this.text;
    const { partition, service, region, account, relativeId } = this.segments;
    const spelled = `${partition}:${service}:${this.hasNoRegion ? '' : region}:${account}:${relativeId}`;
    return this.hasCaselessName ? foldCase(spelled) : spelled;
  }
}

/** Patterns of all segments except the last: few, and shared by many ARNs. */
export class ArnHead {
  readonly partition: TextPattern;
  readonly service: TextPattern;
  readonly region: TextPattern;
  readonly account: TextPattern;

  constructor(pieces: readonly Template[]) {
    this.partition = new TextPattern(pieces[0]!);
    this.service = new TextPattern(pieces[1]!);
    this.region = new TextPattern(pieces[2]!);
    this.account = new TextPattern(pieces[3]!);
  }

  matches(segments: ArnSegments, hasNoRegion: boolean, conditions: ConditionContext): boolean {
    return (
      this.service.matches(segments.service, conditions) &&
      this.account.matches(segments.account, conditions) &&
      this.partition.matches(segments.partition, conditions) &&
      (hasNoRegion ? this.region.isResolved(conditions) : this.region.matches(segments.region, conditions))
    );
  }

  isResolved(conditions: ConditionContext): boolean {
    return (
      this.partition.isResolved(conditions) &&
      this.service.isResolved(conditions) &&
      this.region.isResolved(conditions) &&
      this.account.isResolved(conditions)
    );
  }
}

/**
 * `Resource` pattern.
 *
 * With five segments it is matched segment by segment, so that `*` never matches across a colon into the next
 * segment; only the relative id may contain colons. With fewer segments (`*`, `acs:ram:*`) it is matched
 * against the whole ARN. A pattern that is a single variable (`${acs:PrincipalARN}`) matches the resource
 * that its value names.
 */
export class ArnPattern {
  /** Undefined when the pattern has fewer than five segments. */
  readonly head: ArnHead | undefined;
  /** Last segment, or the whole pattern. */
  readonly #rest: TextPattern;
  readonly #restFolded: TextPattern;
  readonly #onlyVariable: string | undefined;

  /** @param heads heads created so far, by source; an equal one is reused */
  constructor(template: Template, heads: Map<string, ArnHead>) {
    const pieces = splitAtColons(template, SEGMENTS);
    const isSegmented = pieces.length === SEGMENTS;
    this.head = isSegmented ? sharedHead(pieces.slice(0, -1), heads) : undefined;
    const rest = isSegmented ? pieces[SEGMENTS - 1]! : withoutRegionWhereNoneIs(template, pieces);
    this.#rest = new TextPattern(rest);
    this.#restFolded = hasCase(rest) ? new TextPattern(rest, true) : this.#rest;
    const only = template.length === 1 ? template[0]! : undefined;
    this.#onlyVariable = only?.kind === 'variable' ? foldCase(only.key) : undefined;
  }

  /** The relative id, if it is a plain text or a text followed by `*`, and has no letters to fold. */
  get plainRelativeId(): { readonly text: string; readonly isPrefix: boolean } | undefined {
    if (this.head === undefined || this.#rest !== this.#restFolded) return undefined;
    const { literalPrefix, isLiteral, isPrefix } = this.#rest;
    return isLiteral || isPrefix ? { text: literalPrefix, isPrefix } : undefined;
  }

  /** Segments that the candidate index may rely on; undefined if the pattern has fewer than five segments. */
  get fixedSegments():
    | {
        /** Undefined if the pattern has a wildcard in the segment. */
        readonly service: string | undefined;
        readonly region: string | undefined;
        readonly account: string | undefined;
        /** Relative id, folded, up to its first wildcard. */
        readonly relativeIdPrefix: string;
        readonly relativeIdIsLiteral: boolean;
      }
    | undefined {
    if (this.head === undefined) return undefined;
    const service = literalOf(this.head.service);
    return {
      service,
      // While the service is open, the resource may belong to a service without regions.
      region: service === undefined || hasNoRegion(service) ? undefined : literalOf(this.head.region),
      account: literalOf(this.head.account),
      relativeIdPrefix: this.#restFolded.literalPrefix,
      relativeIdIsLiteral: this.#restFolded.isLiteral,
    };
  }

  matches(resource: ResourceName, conditions: ConditionContext): boolean {
    const { segments } = resource;
    if (this.head === undefined) return this.#matchesWhole(resource, conditions);
    return (
      segments !== undefined &&
      (resource.hasCaselessName
        ? this.#restFolded.matches(resource.foldedRelativeId, conditions)
        : this.#rest.matches(segments.relativeId, conditions)) &&
      this.head.matches(segments, resource.hasNoRegion, conditions)
    );
  }

  /** `false` if a variable of the pattern has no single value in this request. */
  isResolved(conditions: ConditionContext): boolean {
    return this.#rest.isResolved(conditions) && this.head?.isResolved(conditions) !== false;
  }

  #matchesWhole(resource: ResourceName, conditions: ConditionContext): boolean {
    if (this.#onlyVariable !== undefined) {
      const value = onlyValueOf(conditions, this.#onlyVariable);
      return value !== undefined && resource.isNamedBy(value);
    }
    const whole = resource.hasCaselessName ? this.#restFolded : this.#rest;
    return whole.matches(resource.canonical, conditions);
  }
}

function sharedHead(pieces: readonly Template[], heads: Map<string, ArnHead>): ArnHead {
  const key = JSON.stringify(pieces);
  let head = heads.get(key);
  if (head === undefined) {
    head = new ArnHead(pieces);
    heads.set(key, head);
  }
  return head;
}

/** Whether folding could change what a template matches. */
function hasCase(template: Template): boolean {
  return template.some(
    (part) => part.kind === 'variable' || (part.kind === 'text' && foldCase(part.text) !== part.text),
  );
}

function literalOf(pattern: TextPattern): string | undefined {
  return pattern.isLiteral ? pattern.literalPrefix : undefined;
}

/** Removes the region of a service without regions: `acs:ram:cn-hangzhou:*` equals `acs:ram::*`. */
function withoutRegionWhereNoneIs(template: Template, pieces: readonly Template[]): Template {
  if (pieces.length !== SEGMENTS - 1) return template;
  const partition = literalText(pieces[0]!);
  const service = literalText(pieces[1]!);
  const region = literalText(pieces[2]!);
  if (partition === undefined || service === undefined || region === undefined) return template;
  if (!hasNoRegion(service)) return template;
  return [{ kind: 'text', text: `${partition}:${service}::` }, ...pieces[3]!];
}
