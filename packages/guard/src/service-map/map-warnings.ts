import type { PathTemplate } from './path-template.ts';
import type { Placed, YamlReader } from './yaml-reader.ts';

/** The path template of a route, and where it stands. */
export interface PlacedTemplate {
  readonly method: string;
  readonly template: PathTemplate;
  readonly at: Placed;
  /** Whether the service tells upper from lower case in it. */
  readonly caseSensitive: boolean;
}

/**
 * Warns of what a service may take for the same and the map tells apart: then a Deny on one spelling does not hold for
 * another. A map cannot know what its service does, so this is said and not refused.
 *
 * @param untold routes with a resource of the request's values, whose map does not say whether case matters
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
      `${routes} a resource by a value of the request, compared with regard to case: write \`caseSensitive: false\` if the service takes \`A\` for \`a\`, or else a Deny on one does not hold for the other; \`caseSensitive: true\` if it does not`,
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
      `${nameOf(place)} and ${nameOf(place.earlier)} differ in the slash at the end alone, which many servers ignore: they should be one action on one resource`,
    );
  }
  for (const place of laterOnes(places, (shape) => shape.toLowerCase())) {
    reader.warn(
      place.at,
      `${nameOf(place)} and ${nameOf(place.earlier)} differ in case alone, which some servers ignore`,
    );
  }
}

/** Routes that an earlier one of their method equals by `fold` and not otherwise. */
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

/** The path with its parameters without names: equal for templates that match the same requests. */
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
