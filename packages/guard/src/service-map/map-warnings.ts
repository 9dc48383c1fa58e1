import type { PathTemplate } from './path-template.ts';
import type { Placed, YamlReader } from './yaml-reader.ts';

/** Path template of a route, with its position. */
export interface PlacedTemplate {
  readonly method: string;
  readonly template: PathTemplate;
  readonly at: Placed;
  /** Whether the service distinguishes letter case in it. */
  readonly caseSensitive: boolean;
}

/**
 * Warns of spellings that the map distinguishes and the service may not: a Deny on one spelling would not
 * cover another. A map cannot know what its service does, so this is no fault.
 *
 * @param untold routes with request values in their resource and without `caseSensitive`
 */
export function warnOfFolding(
  reader: YamlReader,
  places: readonly PlacedTemplate[],
  untold: readonly PlacedTemplate[],
): void {
  const [first] = untold;
  if (first !== undefined) {
    const routes = untold.length === 1 ? 'this route names' : `${untold.length} routes from here on name`;
    reader.warn(
      first.at,
      `${routes} a resource by a value of the request, compared case-sensitively: write \`caseSensitive: false\` if the service takes \`A\` for \`a\`, since a Deny on one would not cover the other; \`caseSensitive: true\` if it does not`,
    );
  }
  for (const same of Map.groupBy(places, ({ template }) => shapeOf(template)).values()) {
    const odd = same.find(({ caseSensitive }) => caseSensitive !== same[0]!.caseSensitive);
    if (odd === undefined) continue;
    reader.warn(
      odd.at,
      `${nameOf(odd)} and ${nameOf(same[0]!)} have the same path, and only one is \`caseSensitive\``,
    );
  }
  for (const place of laterOnes(places, (shape) => shape.replace(/\/$/, ''))) {
    reader.warn(
      place.at,
      `${nameOf(place)} and ${nameOf(place.earlier)} only differ in the slash at the end, which many servers ignore: they should be one action on one resource`,
    );
  }
  for (const place of laterOnes(places, (shape) => shape.toLowerCase())) {
    reader.warn(
      place.at,
      `${nameOf(place)} and ${nameOf(place.earlier)} only differ in letter case, which some servers ignore`,
    );
  }
}

/** Returns routes that equal an earlier one of their method only after `fold`. */
function laterOnes(places: readonly PlacedTemplate[], fold: (shape: string) => string) {
  const first = new Map<string, PlacedTemplate>();
  return places.flatMap((place) => {
    const shape = shapeOf(place.template);
    const key = `${place.method} ${fold(shape)}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, place);
    return earlier === undefined || shapeOf(earlier.template) === shape ? [] : [{ ...place, earlier }];
  });
}

/** Returns the path with anonymous parameters: equal for templates that match the same requests. */
function shapeOf({ segments }: PathTemplate): string {
  const texts = segments.map((segment) => {
    if (segment.kind === 'literal') return segment.text;
    return segment.kind === 'rest' ? '{+}' : '{}';
  });
  return `/${texts.join('/')}`;
}

function nameOf({ method, template }: Pick<PlacedTemplate, 'method' | 'template'>): string {
  return `\`${method} ${template.text}\``;
}
