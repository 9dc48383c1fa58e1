import { type GuardRefusal, refuse } from './guard-refusal.ts';

/** Parameters by which frameworks take another method for the request's own, in lower case. */
const METHOD_PARAMETERS: ReadonlySet<string> = new Set([
  // Rails, Laravel, Symfony, Spring, `method-override` of Express.
  '_method',
  // ASP.NET looks for its header among the parameters as well.
  'x-http-method-override',
]);

/**
 * The first parameter by which a service may take another method for a request's own. One that says the same is
 * harmless, and so is one that says nothing.
 *
 * @param parameters names and values, decoded, of the query or a form
 * @param method of the request, in upper case
 * @returns its name; undefined when there is none
 */
export function methodOverride(
  parameters: Iterable<readonly [name: string, value: string]>,
  method: string,
): string | undefined {
  for (const [name, value] of parameters) {
    // Looked at first, since nearly every name has another length.
    if (name.length < '_method'.length) continue;
    if (!METHOD_PARAMETERS.has(plainName(name).toLowerCase())) continue;
    const other = value.trim().toUpperCase();
    if (other !== '' && other !== method) return name;
  }
  return undefined;
}

/** Without what frameworks leave away: brackets (Express), a `?` (parsers of whole queries), all from NUL on (PHP). */
function plainName(name: string): string {
  const end = name.indexOf('\0');
  return (end < 0 ? name : name.slice(0, end)).replaceAll(/^[\s?[\]]+|[\s[\]]+$/g, '');
}

/**
 * Refuses a request because of such a parameter.
 *
 * @param name of the parameter
 * @param accessKeyId the key that signed
 */
export function methodRefusal(name: string, accessKeyId?: string): GuardRefusal {
  return refuse('InvalidParameter.Method', accessKeyId, { name: name.slice(0, 64) });
}
