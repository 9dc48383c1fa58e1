/**
 * Reporter that prints nothing. The servers come from the tests' harness, which has hooks of `node:test`, and without a
 * reporter Node would print that no test ran.
 */
export default async function* silentReporter(events: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const _ of events);
  yield* [];
}
