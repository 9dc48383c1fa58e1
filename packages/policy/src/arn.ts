import { type ConditionContext, onlyValueOf } from './conditions-in-request.ts';
import { foldCase } from './letter-case.ts';
import { literalText, splitAtColons, type Template } from './template.ts';
import { TextPattern } from './text-pattern.ts';

/**
 * Services whose resources have no region. RAM's own documents write the region of these as nothing or as
 * `*`, and its denial messages print `*`; so nothing, `*` and any region match alike there.
 */
const SERVICES_WITHOUT_REGION: ReadonlySet<string> = new Set(['ram', 'sts', 'ims']);

/**
 * RAM resources whose names are compared without regard to case. RAM was seen to lower-case role ARNs, and
 * no two users, groups or roles of an account differ by case alone.
 */
const TYPES_WITH_CASELESS_NAMES: readonly string[] = ['user/', 'group/', 'role/'];

const SEGMENTS = 5;

/** `acs:<service>:<region>:<account>:<relative-id>`; the relative id keeps its own colons. */
export interface ArnSegments {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly relativeId: string;
}

/** Cuts an ARN into its five segments; undefined when it has fewer. */
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

export function hasNoRegion(service: string): boolean {
  return SERVICES_WITHOUT_REGION.has(service);
}

/** The resource of a request, cut up once for all the patterns that it is compared with. */
export class ResourceName {
  readonly text: string;
  /** Undefined for a resource with fewer than five segments, `*` for one. */
  readonly segments: ArnSegments | undefined;
  readonly hasNoRegion: boolean;
  readonly hasCaselessName: boolean;
  #foldedRelativeId: string | undefined;
  #canonical: string | undefined;

  constructor(text: string) {
    this.text = text;
    const segments = segmentsOf(text);
    this.segments = segments;
    this.hasNoRegion = segments !== undefined && SERVICES_WITHOUT_REGION.has(segments.service);
    this.hasCaselessName =
      segments !== undefined &&
      segments.service === 'ram' &&
      TYPES_WITH_CASELESS_NAMES.some((type) => segments.relativeId.startsWith(type));
  }

  /** INVARIANT: only asked of a resource that has segments. */
  get foldedRelativeId(): string {
    this.#foldedRelativeId ??= foldCase(this.segments!.relativeId);
    return this.#foldedRelativeId;
  }

  /** One spelling for all the texts that name the same resource. */
  get canonical(): string {
    this.#canonical ??= this.#spellCanonically();
    return this.#canonical;
  }

  #spellCanonically(): string {
    if (this.segments === undefined) return this.text;
    const { partition, service, region, account, relativeId } = this.segments;
    const spelled = `${partition}:${service}:${this.hasNoRegion ? '' : region}:${account}:${relativeId}`;
    return this.hasCaselessName ? foldCase(spelled) : spelled;
  }
}

/**
 * A `Resource` pattern.
 *
 * With five segments it is matched segment by segment, so that a `*` never reaches over a colon into the next
 * segment; only in the relative id, which may hold colons itself, does it match them. With fewer segments (`*`,
 * `acs:ram:*`) it is matched against the whole ARN. A pattern that is nothing but one variable
 * (`${acs:PrincipalARN}`) matches the resource which that value names.
 */
export class ArnPattern {
  readonly #whole: TextPattern | undefined;
  readonly #wholeFolded: TextPattern | undefined;
  readonly #onlyVariable: string | undefined;
  readonly #segments:
    | {
        readonly partition: TextPattern;
        readonly service: TextPattern;
        readonly region: TextPattern;
        readonly account: TextPattern;
        readonly relativeId: TextPattern;
        readonly relativeIdFolded: TextPattern;
      }
    | undefined;

  constructor(template: Template) {
    const pieces = splitAtColons(template, SEGMENTS);
    if (pieces.length === SEGMENTS) {
      this.#segments = {
        partition: new TextPattern(pieces[0]!),
        service: new TextPattern(pieces[1]!),
        region: new TextPattern(pieces[2]!),
        account: new TextPattern(pieces[3]!),
        relativeId: new TextPattern(pieces[4]!),
        relativeIdFolded: new TextPattern(pieces[4]!, true),
      };
      return;
    }
    const only = template.length === 1 ? template[0]! : undefined;
    if (only?.kind === 'variable') this.#onlyVariable = foldCase(only.key);
    const whole = withoutRegionWhereNoneIs(template, pieces);
    this.#whole = new TextPattern(whole);
    this.#wholeFolded = new TextPattern(whole, true);
  }

  get matchesAnything(): boolean {
    return this.#whole?.matchesAnything === true;
  }

  /** What the candidate index may rely on; undefined when the pattern has fewer than five segments. */
  get fixedSegments():
    | {
        /** Undefined where the pattern leaves the segment open. */
        readonly service: string | undefined;
        readonly region: string | undefined;
        readonly account: string | undefined;
        /** The relative id, folded, up to its first wildcard. */
        readonly relativeIdPrefix: string;
        readonly relativeIdIsLiteral: boolean;
      }
    | undefined {
    const segments = this.#segments;
    if (segments === undefined) return undefined;
    const service = literalOf(segments.service);
    return {
      service,
      // While the service is open, the resource may be one whose region does not count.
      region: service === undefined || hasNoRegion(service) ? undefined : literalOf(segments.region),
      account: literalOf(segments.account),
      relativeIdPrefix: segments.relativeIdFolded.literalPrefix,
      relativeIdIsLiteral: segments.relativeIdFolded.isLiteral,
    };
  }

  matches(resource: ResourceName, conditions: ConditionContext): boolean {
    const pattern = this.#segments;
    if (pattern === undefined) return this.#matchesWhole(resource, conditions);
    const segments = resource.segments;
    return (
      segments !== undefined &&
      pattern.service.matches(segments.service, conditions) &&
      pattern.account.matches(segments.account, conditions) &&
      (resource.hasCaselessName
        ? pattern.relativeIdFolded.matches(resource.foldedRelativeId, conditions)
        : pattern.relativeId.matches(segments.relativeId, conditions)) &&
      pattern.partition.matches(segments.partition, conditions) &&
      (resource.hasNoRegion
        ? pattern.region.isResolved(conditions)
        : pattern.region.matches(segments.region, conditions))
    );
  }

  /** False when a variable of the pattern has no single value in this request. */
  isResolved(conditions: ConditionContext): boolean {
    const pattern = this.#segments;
    if (pattern === undefined) return this.#whole!.isResolved(conditions);
    return (
      pattern.partition.isResolved(conditions) &&
      pattern.service.isResolved(conditions) &&
      pattern.region.isResolved(conditions) &&
      pattern.account.isResolved(conditions) &&
      pattern.relativeId.isResolved(conditions)
    );
  }

  #matchesWhole(resource: ResourceName, conditions: ConditionContext): boolean {
    if (this.#onlyVariable !== undefined) {
      const value = onlyValueOf(conditions, this.#onlyVariable);
      return value !== undefined && new ResourceName(value).canonical === resource.canonical;
    }
    const whole = resource.hasCaselessName ? this.#wholeFolded! : this.#whole!;
    return whole.matches(resource.canonical, conditions);
  }
}

function literalOf(pattern: TextPattern): string | undefined {
  return pattern.isLiteral ? pattern.literalPrefix : undefined;
}

/** `acs:ram:cn-hangzhou:*` means what `acs:ram::*` means: canonical names of these services have no region. */
function withoutRegionWhereNoneIs(template: Template, pieces: readonly Template[]): Template {
  if (pieces.length !== SEGMENTS - 1) return template;
  const partition = literalText(pieces[0]!);
  const service = literalText(pieces[1]!);
  const region = literalText(pieces[2]!);
  if (partition === undefined || service === undefined || region === undefined) return template;
  if (!hasNoRegion(service)) return template;
  return [{ kind: 'text', text: `${partition}:${service}::` }, ...pieces[3]!];
}
