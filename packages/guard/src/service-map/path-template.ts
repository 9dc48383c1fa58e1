/** Segment of a path template. */
export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  /** `{name}`: one segment with any value. */
  | { readonly kind: 'parameter'; readonly name: string }
  /** `{name+}`: this segment and all after it. */
  | { readonly kind: 'rest'; readonly name: string };

/** Parsed path template such as `/orders/{orderId}`. */
export interface PathTemplate {
  readonly ok: true;
  readonly text: string;
  readonly segments: readonly TemplateSegment[];
  /** In order. */
  readonly parameters: readonly string[];
  /** Index of the parameter that matches the rest of the path; -1 if none does. */
  readonly restIndex: number;
}

const LONGEST_TEMPLATE = 1024;
/** Characters that may occur unencoded in a path, except `%`, so that each literal has one spelling. */
const LITERAL = /^[A-Za-z0-9\-._~!$&'()*,=:@]+$/;
const PARAMETER = /^\{([A-Za-z_][A-Za-z0-9_-]{0,63})(\+?)\}$/;

/**
 * Parses a path template: literal segments, `{name}` for one segment, and `{name+}` at the end for one or
 * more. A template that ends in a slash matches only paths that do.
 *
 * @returns the template, or its fault
 */
export function readPathTemplate(
  text: string,
): PathTemplate | { readonly ok: false; readonly problem: string } {
  if (!text.startsWith('/')) return wrong('a path begins with `/`');
  if (text.length > LONGEST_TEMPLATE) return wrong(`a path has at most ${LONGEST_TEMPLATE} characters`);
  const segments: TemplateSegment[] = [];
  const parameters: string[] = [];
  let restIndex = -1;
  const pieces = text === '/' ? [] : text.slice(1).split('/');
  for (const [at, piece] of pieces.entries()) {
    const isLast = at === pieces.length - 1;
    if (piece === '' && isLast) {
      segments.push({ kind: 'literal', text: '' });
      continue;
    }
    if (piece === '') return wrong('an empty segment (`//`) never matches: such requests are refused');
    if (piece === '.' || piece === '..')
      return wrong('a dot segment never matches: such requests are refused');
    const match = PARAMETER.exec(piece);
    if (match !== null) {
      const name = match[1]!;
      if (parameters.includes(name)) return wrong(`the parameter \`${name}\` occurs twice`);
      const isRest = match[2] === '+';
      if (isRest && !isLast)
        return wrong(`\`${piece}\` matches the rest of the path, so it must be the last`);
      if (isRest) restIndex = parameters.length;
      parameters.push(name);
      segments.push({ kind: isRest ? 'rest' : 'parameter', name });
      continue;
    }
    if (/[{}]/.test(piece)) {
      return wrong(`\`${piece}\` mixes a parameter with text: a parameter is a whole segment, \`{name}\``);
    }
    if (!LITERAL.test(piece)) {
      return wrong(`\`${piece}\` has a character that a path cannot have unencoded: put a parameter there`);
    }
    segments.push({ kind: 'literal', text: piece });
  }
  return { ok: true, text, segments, parameters, restIndex };
}

function wrong(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/** Relation of the requests that two templates match. */
export type TemplateRelation =
  /** No request matches both. */
  | 'disjoint'
  /** Both match the same requests. */
  | 'same'
  /** One matches a part of what the other matches: it is the exception, and has precedence. */
  | 'nested'
  /** Some requests match both, and neither is the exception. */
  | 'crossing';

/**
 * Compares what two templates match.
 *
 * @param isCaseSensitive `false` if the service ignores the letter case of literals
 */
export function relationOf(
  a: readonly TemplateSegment[],
  b: readonly TemplateSegment[],
  isCaseSensitive = true,
): TemplateRelation {
  let aIsNarrower = false;
  let bIsNarrower = false;
  for (let at = 0; at < a.length || at < b.length; at++) {
    const inA = a[at];
    const inB = b[at];
    if (inA === undefined || inB === undefined) return 'disjoint';
    if (inA.kind === 'rest' || inB.kind === 'rest') {
      if (inA.kind === inB.kind) break;
      // A rest parameter does not match the slash at the end of a path.
      if (endsInSlash(inA.kind === 'rest' ? b : a)) return 'disjoint';
      if (inA.kind === 'rest') bIsNarrower = true;
      else aIsNarrower = true;
      break;
    }
    if (inA.kind === 'literal' && inB.kind === 'literal') {
      const isSame = isCaseSensitive
        ? inA.text === inB.text
        : inA.text.toLowerCase() === inB.text.toLowerCase();
      if (!isSame) return 'disjoint';
    } else if (inA.kind === 'literal') {
      if (inA.text === '') return 'disjoint';
      aIsNarrower = true;
    } else if (inB.kind === 'literal') {
      if (inB.text === '') return 'disjoint';
      bIsNarrower = true;
    }
  }
  if (aIsNarrower && bIsNarrower) return 'crossing';
  return aIsNarrower || bIsNarrower ? 'nested' : 'same';
}

function endsInSlash(segments: readonly TemplateSegment[]): boolean {
  const last = segments.at(-1);
  return last?.kind === 'literal' && last.text === '';
}

/**
 * Returns the template of what two crossing templates both match: the narrower of the two segments in each
 * position. INVARIANT: some request matches both.
 */
export function intersectionOf(
  a: readonly TemplateSegment[],
  b: readonly TemplateSegment[],
): readonly TemplateSegment[] {
  const both: TemplateSegment[] = [];
  for (let at = 0; at < a.length && at < b.length; at++) {
    if (a[at]!.kind === 'rest') return [...both, ...b.slice(at)];
    if (b[at]!.kind === 'rest') return [...both, ...a.slice(at)];
    both.push(a[at]!.kind === 'literal' ? a[at]! : b[at]!);
  }
  return both;
}
