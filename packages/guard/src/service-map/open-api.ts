import { MapBuilder, type Written } from './map-builder.ts';
import { quote, ServiceMapError } from './map-fault.ts';
import type { ServiceMap } from './service-map.ts';
import { type Member, type Placed, YamlReader } from './yaml-reader.ts';

export interface OpenApiOptions {
  /** Code of the service, `orders`. */
  readonly service: string;
  /** Region of the service's resources; default: none. */
  readonly region?: string;
  /** Name of the file in messages. */
  readonly file?: string;
}

const METHODS: ReadonlySet<string> = new Set([
  'get',
  'head',
  'post',
  'put',
  'patch',
  'delete',
  'options',
  'trace',
]);

/**
 * Creates a service map from an OpenAPI 3.0 or 3.1 document, in YAML or JSON. Each operation is a route: its
 * `operationId` in PascalCase is the action (`get-order` is `GetOrder`), its path is the resource
 * (`/orders/{orderId}` is `orders/{orderId}`). `x-claviger-action`, `x-claviger-resource`,
 * `x-claviger-conditions` and `x-claviger-case-sensitive` of the operation override these, with the values of
 * a service map. `x-claviger-case-sensitive` at the root applies to all operations. Paths begin with the path
 * of the `servers`.
 *
 * @throws ServiceMapError with the line and column of all faults
 * @example
 * const orders = serviceMapFromOpenApi(await readFile('openapi.yaml', 'utf8'), { service: 'orders' });
 */
export function serviceMapFromOpenApi(
  text: string,
  { service, region, file = 'OpenAPI document' }: OpenApiOptions,
): ServiceMap {
  const reader = new YamlReader(text);
  if (reader.faults.length > 0) throw new ServiceMapError(file, reader.faults);
  const root = membersOf(reader, reader.root, 'the document');
  const version = root.get('openapi');
  const versionText = version && reader.text(version.value, '`openapi`');
  if (version === undefined) reader.fault(reader.root, 'not an OpenAPI document: `openapi` is missing');
  else if (versionText !== undefined && !/^3\.[01]\.\d+$/.test(versionText)) {
    reader.fault(version.value, `OpenAPI ${quote(versionText)} is not supported: expected 3.0 or 3.1`);
  }
  const builder = new MapBuilder(
    reader,
    { text: service, at: reader.root },
    region === undefined ? undefined : { text: region, at: reader.root },
    caseSensitivity(reader, root),
  );
  const paths = root.get('paths');
  if (paths === undefined) {
    reader.fault(reader.root, 'the document has no `paths`: every request would be denied');
    return builder.finish(file);
  }
  const base = basePath(reader, root.get('servers'), '');
  const actions = new Map<string, Member>();
  for (const path of reader.members(paths.value, '`paths`')) {
    if (path.name.startsWith('x-')) continue;
    const item = membersOf(reader, path.value, quote(path.name));
    const reference = item.get('$ref');
    if (reference !== undefined)
      reader.fault(reference.at, 'a path in another place (`$ref`) is not supported');
    const pathBase = basePath(reader, item.get('servers'), base);
    for (const [method, operation] of item) {
      if (!METHODS.has(method)) continue;
      const fields = membersOf(reader, operation.value, `the operation \`${method} ${path.name}\``);
      const action = actionOf(reader, operation, fields, actions);
      const prefix = basePath(reader, fields.get('servers'), pathBase);
      const conditions = fields.get('x-claviger-conditions');
      if (action === undefined) continue;
      builder.add({
        method: { text: method.toUpperCase(), at: operation.at },
        path: { text: `${prefix}${path.name}`, at: path.at },
        action,
        resource: resourceOf(reader, path, fields) ?? { text: path.name, at: path.at },
        caseSensitive: caseSensitivity(reader, fields),
        conditions:
          conditions === undefined ? [] : reader.members(conditions.value, '`x-claviger-conditions`'),
      });
    }
  }
  return builder.finish(file);
}

function caseSensitivity(reader: YamlReader, fields: ReadonlyMap<string, Member>): Written | undefined {
  const field = fields.get('x-claviger-case-sensitive');
  const text = field && reader.text(field.value, '`x-claviger-case-sensitive`');
  return text === undefined ? undefined : { text, at: field!.value };
}

function membersOf(reader: YamlReader, node: Placed, what: string): Map<string, Member> {
  return new Map(reader.members(node, what).map((member) => [member.name, member]));
}

function actionOf(
  reader: YamlReader,
  operation: Member,
  fields: ReadonlyMap<string, Member>,
  actions: Map<string, Member>,
): Written | undefined {
  const own = fields.get('x-claviger-action');
  if (own !== undefined) {
    const text = reader.text(own.value, '`x-claviger-action`');
    return text === undefined ? undefined : { text, at: own.value };
  }
  const id = fields.get('operationId');
  if (id === undefined) {
    reader.fault(operation.at, 'the operation has no `operationId`: add one, or `x-claviger-action`');
    return undefined;
  }
  const text = reader.text(id.value, '`operationId`');
  if (text === undefined) return undefined;
  const action = pascalCase(text);
  const other = actions.get(action);
  if (other !== undefined) {
    reader.fault(
      id.value,
      `${quote(text)} becomes the action \`${action}\`, as another \`operationId\` does: add \`x-claviger-action\``,
    );
  }
  actions.set(action, id);
  return { text: action, at: id.value };
}

function resourceOf(
  reader: YamlReader,
  path: Member,
  fields: ReadonlyMap<string, Member>,
): Written | undefined {
  const own = fields.get('x-claviger-resource');
  if (own !== undefined) {
    const text = reader.text(own.value, '`x-claviger-resource`');
    return text === undefined ? undefined : { text, at: own.value };
  }
  // `{path+}` matches the rest of a path; in a resource only its name is used.
  const relative = path.name.replace(/^\//, '').replace(/\+\}$/, '}');
  return relative === '' ? undefined : { text: relative, at: path.at };
}

/**
 * Converts `get-order`, `get_order`, `getOrder` and `orders.get` to `GetOrder`, `GetOrder`, `GetOrder`,
 * `OrdersGet`.
 */
function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/** Returns the common path of the `servers`; a fault if they differ. */
function basePath(reader: YamlReader, servers: Member | undefined, inherited: string): string {
  if (servers === undefined) return inherited;
  let base: string | undefined;
  for (const server of reader.items(servers.value, '`servers`') ?? []) {
    const fields = membersOf(reader, server, 'a server');
    const url = fields.get('url');
    const text = url && reader.text(url.value, '`url`');
    if (url === undefined || text === undefined) continue;
    const path = pathOfUrl(withDefaults(reader, text, fields.get('variables')));
    if (path === undefined) reader.fault(url.value, `${quote(text)} is not a URL`);
    else if (base !== undefined && base !== path) {
      reader.fault(
        url.value,
        `the servers begin with different paths, \`${base}\` and \`${path}\`: keep one`,
      );
    } else base = path;
  }
  return base ?? '';
}

function withDefaults(reader: YamlReader, url: string, variables: Member | undefined): string {
  if (variables === undefined) return url;
  let text = url;
  for (const variable of reader.members(variables.value, '`variables`')) {
    const value = membersOf(reader, variable.value, quote(variable.name)).get('default');
    const replacement = value && reader.text(value.value, '`default`');
    if (replacement !== undefined) text = text.replaceAll(`{${variable.name}}`, replacement);
  }
  return text;
}

/** Returns the path without a slash at the end; `undefined` if the URL is invalid. */
function pathOfUrl(url: string): string | undefined {
  const parsed = URL.parse(url, 'http://service.invalid/');
  return parsed === null ? undefined : parsed.pathname.replace(/\/+$/, '');
}
