import { MapBuilder, type Written } from './map-builder.ts';
import { quote, ServiceMapError } from './map-fault.ts';
import type { ServiceMap } from './service-map.ts';
import { type Member, YamlReader } from './yaml-reader.ts';

/**
 * Parses a service map, in YAML or JSON.
 *
 * @param text of the file
 * @param options `file` is its name in messages
 * @throws ServiceMapError with the line and column of all faults
 * @example
 * const orders = parseServiceMap(`
 * service: orders
 * routes:
 *   - route: GET /orders/{orderId}
 *     action: GetOrder
 *     resource: order/{orderId}
 * `);
 */
export function parseServiceMap(
  text: string,
  { file = 'service map' }: { readonly file?: string } = {},
): ServiceMap {
  const reader = new YamlReader(text);
  // After a fault of the notation further faults would be consequences of it.
  if (reader.faults.length > 0) throw new ServiceMapError(file, reader.faults);
  const fields = reader.fields(
    reader.root,
    ['service', 'region', 'caseSensitive', 'routes'],
    'a service map',
  );
  const builder = new MapBuilder(
    reader,
    written(reader, fields.service, 'service', reader.root),
    fields.region && written(reader, fields.region, 'region', reader.root),
    fields.caseSensitive && written(reader, fields.caseSensitive, 'caseSensitive', reader.root),
  );
  if (fields.routes === undefined) reader.fault(reader.root, 'the field `routes` is missing');
  const items = fields.routes && reader.items(fields.routes.value, '`routes`');
  if (items?.length === 0) {
    reader.fault(fields.routes?.value, '`routes` is empty: every request would be denied');
  }
  for (const item of items ?? []) {
    const route = reader.fields(
      item,
      ['route', 'action', 'resource', 'caseSensitive', 'conditions'],
      'a route',
    );
    const head = written(reader, route.route, 'route', item);
    const action = written(reader, route.action, 'action', item);
    const resource = written(reader, route.resource, 'resource', item);
    const conditions =
      route.conditions === undefined ? [] : reader.members(route.conditions.value, '`conditions`');
    if (head === undefined || action === undefined || resource === undefined) continue;
    const space = head.text.indexOf(' ');
    if (space < 0) {
      reader.fault(
        head.at,
        `${quote(head.text)} is not a route: expected \`METHOD /path\`, as in \`GET /orders/{orderId}\``,
      );
      continue;
    }
    builder.add({
      method: { text: head.text.slice(0, space), at: head.at },
      path: { text: head.text.slice(space + 1).trim(), at: head.at },
      action,
      resource,
      caseSensitive: route.caseSensitive && written(reader, route.caseSensitive, 'caseSensitive', item),
      conditions,
    });
  }
  return builder.finish(file);
}

function written(
  reader: YamlReader,
  member: Member | undefined,
  name: string,
  within: YamlReader['root'],
): Written | undefined {
  if (member === undefined) {
    reader.fault(within, `the field \`${name}\` is missing`);
    return undefined;
  }
  const text = reader.text(member.value, `\`${name}\``);
  return text === undefined ? undefined : { text, at: member.value };
}
