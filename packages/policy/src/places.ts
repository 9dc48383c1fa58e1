import { memberPath, type PolicyFault } from './fault.ts';
import { type JsonNode, readJson, TextPositions } from './json-reader.ts';

/** Position in a text; lines and columns from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** After the last character. */
  readonly endColumn: number;
}

/** Positions of the values of a JSON text by path, and its faults as JSON. */
export interface JsonPlaces {
  /** By fault path: `$.Statement[0].Effect`; empty for a text that is not JSON. */
  readonly places: ReadonlyMap<string, Place>;
  readonly faults: readonly PolicyFault[];
}

/**
 * Returns the positions of the values of a JSON text, for an editor that marks a fault or a simulator that
 * highlights a statement.
 */
export function placesInJson(text: string): JsonPlaces {
  const positions = new TextPositions(text);
  const json = readJson(text, positions);
  const places = new Map<string, Place>();
  if (json.ok) note(json.root, '$', positions, places);
  return { places, faults: json.faults };
}

function note(node: JsonNode, path: string, positions: TextPositions, places: Map<string, Place>): void {
  const from = positions.locate(node.at);
  const to = positions.locate(node.end);
  places.set(path, { ...from, endLine: to.line, endColumn: to.column });
  if (node.kind === 'object') {
    for (const { name, value } of node.members) note(value, memberPath(path, name), positions, places);
  } else if (node.kind === 'array') {
    for (const [index, item] of node.items.entries()) note(item, `${path}[${index}]`, positions, places);
  }
}
