import type { Compilable } from 'kysely';
import type { Queries } from './store.ts';

/**
 * Compiles a read once, to be run often with other values: on SQLite building a query costs more than running it.
 *
 *     const keyById = repeatedRead(store.queries, (queries, id: string) =>
 *       queries.selectFrom('access_keys').selectAll().where('access_key_id', '=', id),
 *     );
 *     const [key] = await keyById('LTAI5t…');
 *
 * @param build called once, with placeholders for the values: it may only pass them to the query
 * @returns function that takes the values, in the order of `build`, and returns the rows
 */
export function repeatedRead<Values extends readonly (string | number)[], Row>(
  queries: Queries,
  build: (queries: Queries, ...values: Values) => Compilable<Row>,
): (...values: Values) => Promise<Row[]> {
  const standIns = Array.from({ length: build.length - 1 }, (_, index) => ({ index }));
  const compiled = build(queries, ...(standIns as unknown as Values)).compile();
  // A parameter that is not a placeholder is a constant of the query.
  const places = compiled.parameters.map((parameter) => standIns.indexOf(parameter as { index: number }));
  return async (...values) => {
    const parameters = compiled.parameters.map((constant, at) => {
      const place = places[at]!;
      return place < 0 ? constant : values[place];
    });
    return (await queries.executeQuery<Row>({ ...compiled, parameters })).rows;
  };
}
