import { quote, ServiceMapError } from './map-fault.ts';
import { type PlacedTemplate, warnOfFolding } from './map-warnings.ts';
import { intersectionOf, type PathTemplate, readPathTemplate, relationOf } from './path-template.ts';
import { readResource } from './read-resource.ts';
import { decisiveParameters } from './request-query.ts';
import type { ConditionSource, Route, RouteCondition } from './route.ts';
import { type MappedRoute, ServiceMap } from './service-map.ts';
import { readValueSource, type ValueSource } from './value-source.ts';
import type { Member, Placed, YamlReader } from './yaml-reader.ts';

/** Text of the author with its position. */
export interface Written {
  readonly text: string;
  readonly at: Placed;
}

/** Route as written. */
export interface RouteDraft {
  readonly method: Written;
  readonly path: Written;
  readonly action: Written;
  readonly resource: Written;
  /** `true` or `false`; undefined: the map's default. */
  readonly caseSensitive: Written | undefined;
  readonly conditions: readonly Member[];
}

const SERVICE = /^[a-z][a-z0-9-]{0,62}$/;
const REGION = /^[a-z0-9][a-z0-9-]{0,62}$/;
const ACTION = /^[A-Za-z][A-Za-z0-9]{0,127}$/;
const CONDITION_NAME = /^[A-Za-z][A-Za-z0-9._/-]{0,127}$/;
/** Tags that a service knows of its resources and requests. */
const TAG_KEY = /^acs:(?:ResourceTag|RequestTag)\/[A-Za-z0-9._/-]{1,128}$/i;
/** Methods of requests to a resource; not CONNECT and TRACE. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Codes of the control plane: policies about these must never allow access to a service. */
const TAKEN_SERVICES: ReadonlySet<string> = new Set(['acs', 'actiontrail', 'claviger', 'ims', 'ram', 'sts']);

/** Builds the routes of a service, and collects faults. */
export class MapBuilder {
  readonly #reader: YamlReader;
  readonly #service: string;
  readonly #region: string;
  /** Default for all routes; undefined if the map has none. */
  readonly #caseSensitive: boolean | undefined;
  readonly #routes: MappedRoute[] = [];
  /** Of all routes with a valid one, even if faulty otherwise. */
  readonly #places: PlacedTemplate[] = [];
  /** Of routes whose resource contains a value of the request and that do not define `caseSensitive`. */
  readonly #untold: PlacedTemplate[] = [];

  /**
   * @param service code of the service; undefined if unreadable
   * @param region undefined if absent
   * @param caseSensitive `true` or `false`, default for all routes; undefined if absent
   */
  constructor(
    reader: YamlReader,
    service: Written | undefined,
    region: Written | undefined,
    caseSensitive: Written | undefined,
  ) {
    this.#reader = reader;
    this.#caseSensitive = this.#readCaseSensitive(caseSensitive);
    this.#service = service?.text ?? 'service';
    this.#region = region?.text ?? '*';
    if (service !== undefined && !SERVICE.test(service.text)) {
      reader.fault(
        service.at,
        `${quote(service.text)} is not a service code: expected a lower-case letter, then lower-case letters, digits and \`-\`, at most 63`,
      );
    } else if (service !== undefined && TAKEN_SERVICES.has(service.text)) {
      reader.fault(
        service.at,
        `\`${service.text}\` is a code of the control plane: choose another for your service`,
      );
    }
    if (region !== undefined && !REGION.test(region.text)) {
      reader.fault(
        region.at,
        `${quote(region.text)} is not a region: expected lower-case letters, digits and \`-\``,
      );
    }
  }

  add(draft: RouteDraft): void {
    const reader = this.#reader;
    const method = draft.method.text;
    if (!METHODS.has(method)) {
      reader.fault(
        draft.method.at,
        `${quote(method)} is not a method of a route: expected ${[...METHODS].join(', ')}`,
      );
    }
    const template = readPathTemplate(draft.path.text);
    if (!template.ok) reader.fault(draft.path.at, `${quote(draft.path.text)}: ${template.problem}`);
    const action = this.#action(draft.action);
    if (!template.ok || !METHODS.has(method)) return;
    const told = this.#readCaseSensitive(draft.caseSensitive) ?? this.#caseSensitive;
    const caseSensitive = told ?? true;
    const place = { method, template, at: draft.path.at, caseSensitive };
    this.#places.push(place);
    const resource = readResource(draft.resource.text, {
      service: this.#service,
      region: this.#region,
      template,
    });
    if (!resource.ok) reader.fault(draft.resource.at, resource.problem);
    const conditions = this.#conditions(draft.conditions, template);
    if (action === undefined || !resource.ok) return;
    if (told === undefined && resource.sources.length > 0) this.#untold.push(place);
    const sources = [
      ...resource.sources,
      ...conditions.flatMap(({ from }) => (from.in === 'value' ? [] : [from])),
    ];
    const route: Route = {
      method,
      template: template.text,
      parameters: template.parameters,
      action,
      resource: resource.resource,
      caseSensitive,
      conditions,
      sources,
      query: decisiveParameters(namesIn('query', sources)),
      headers: namesIn('header', sources),
    };
    this.#routes.push({ route, template });
  }

  /**
   * Returns the map.
   *
   * @param file name of the file in messages
   * @throws ServiceMapError with all faults
   */
  finish(file: string): ServiceMap {
    this.#findConflicts();
    warnOfFolding(this.#reader, this.#places, this.#untold);
    if (this.#reader.faults.length > 0) throw new ServiceMapError(file, this.#reader.faults);
    return new ServiceMap(this.#service, this.#region, this.#routes, this.#reader.warnings);
  }

  #readCaseSensitive(written: Written | undefined): boolean | undefined {
    if (written === undefined) return undefined;
    if (written.text !== 'true' && written.text !== 'false') {
      this.#reader.fault(
        written.at,
        `${quote(written.text)}: \`caseSensitive\` is \`true\`, or \`false\` if the service folds letter case`,
      );
    }
    return written.text !== 'false';
  }

  #action({ text, at }: Written): string | undefined {
    const colon = text.indexOf(':');
    const name = text.slice(colon + 1);
    const isOwn = colon < 0 || text.slice(0, colon) === this.#service;
    if (isOwn && ACTION.test(name)) return `${this.#service}:${name}`;
    this.#reader.fault(
      at,
      isOwn
        ? `${quote(text)} is not an action name: expected a letter, then letters and digits`
        : `the action ${quote(text)} is one of another service than \`${this.#service}\``,
    );
    return undefined;
  }

  #conditions(members: readonly Member[], template: PathTemplate): RouteCondition[] {
    const conditions: RouteCondition[] = [];
    for (const { name: key, at, value } of members) {
      const prefix = `${this.#service}:`;
      const isOwn = key.startsWith(prefix) && CONDITION_NAME.test(key.slice(prefix.length));
      if (!isOwn && !TAG_KEY.test(key)) {
        this.#reader.fault(
          at,
          `${quote(key)} is not a condition key of this service: expected \`${prefix}NAME\`, or a tag, \`acs:ResourceTag/KEY\` or \`acs:RequestTag/KEY\``,
        );
        continue;
      }
      if (conditions.some((condition) => condition.key === key.toLowerCase())) {
        this.#reader.fault(at, `${quote(key)} occurs twice: letter case does not matter in it`);
        continue;
      }
      const text = this.#reader.text(value, `the source of \`${key}\``);
      if (text === undefined) continue;
      const from = readConditionSource(text, template);
      if ('problem' in from) this.#reader.fault(value, from.problem);
      else conditions.push({ key: key.toLowerCase(), from });
    }
    return conditions;
  }

  #findConflicts(): void {
    for (const places of Map.groupBy(this.#places, ({ method }) => method).values()) {
      for (const [index, { method, template, at, caseSensitive }] of places.entries()) {
        const name = `\`${method} ${template.text}\``;
        for (let before = 0; before < index; before++) {
          const { template: other, caseSensitive: otherIsSensitive } = places[before]!;
          const otherName = `\`${method} ${other.text}\``;
          const isSensitive = caseSensitive && otherIsSensitive;
          const relation = relationOf(template.segments, other.segments, isSensitive);
          if (relation === 'same') {
            this.#reader.fault(at, `${name} matches the same requests as ${otherName}: remove one`);
          } else if (relation === 'crossing' && !isSettled(template, other, places)) {
            this.#reader.fault(
              at,
              `${name} and ${otherName} both match some requests, and neither is the exception to the other: add a route for exactly what both match`,
            );
          }
        }
      }
    }
  }
}

/** Whether a third route matches the requests that two crossing ones have in common. */
function isSettled(a: PathTemplate, b: PathTemplate, places: readonly PlacedTemplate[]): boolean {
  const both = intersectionOf(a.segments, b.segments);
  return places.some(({ template }) => relationOf(template.segments, both) === 'same');
}

/** Parses a value of the request, or `value.TEXT`: the text itself. */
function readConditionSource(
  text: string,
  template: PathTemplate,
): ConditionSource | { readonly problem: string } {
  if (text.startsWith('value.')) return { in: 'value', name: text.slice('value.'.length) };
  return readValueSource(text, template.parameters, template.restIndex);
}

function namesIn(place: 'query' | 'header', sources: readonly ValueSource[]): string[] {
  return [...new Set(sources.filter((source) => source.in === place).map((source) => source.name))];
}
