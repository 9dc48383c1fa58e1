import { type GuardRefusal, refuse } from './guard-refusal.ts';

/** Parameters with which frameworks override the request's method, in lower case. */
const METHOD_PARAMETERS: ReadonlySet<string> = new Set([
  // Rails, Laravel, Symfony, Spring, `method-override` of Express.
  '_method',
  // ASP.NET looks for its header among the parameters as well.
  'x-http-method-override',
]);

/**
 * Returns the first parameter with which a service may override the method. One that repeats the method, or
 * is empty, is harmless.
 *
 * @param parameters decoded names and values, of the query or a form
 * @param method of the request, in upper case
 * @returns its name; undefined if absent
 */
export function methodOverride(
  parameters: Iterable<readonly [name: string, value: string]>,
  method: string,
): string | undefined {
  for (const [name, value] of parameters) {
    // Cheap check first, since nearly every name has another length.
    if (name.length < '_method'.length) continue;
    if (!METHOD_PARAMETERS.has(plainName(name).toLowerCase())) continue;
    const other = value.trim().toUpperCase();
    if (other !== '' && other !== method) return name;
  }
  return undefined;
}

/**
 * Removes what frameworks ignore: brackets (Express), a `?` (parsers of whole queries), everything from NUL
 * on (PHP).
 */
function plainName(name: string): string {
  const end = name.indexOf('\0');
  return (end < 0 ? name : name.slice(0, end)).replaceAll(/^[\s?[\]]+|[\s[\]]+$/g, '');
}

/**
 * Refuses a request because of such a parameter.
 *
 * @param name of the parameter
 * @param accessKeyId key that signed
 */
export function methodRefusal(name: string, accessKeyId?: string): GuardRefusal {
  return refuse('InvalidParameter.Method', accessKeyId, { name: name.slice(0, 64) });
}
