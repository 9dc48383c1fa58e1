/** Reads which operations and fields a generated API client has, from its sources. */

/** Operations of a client: the names of the parameters and of the fields of the answer, nested ones included. */
export type ClientOperations = Map<string, ClientOperation>;

/** One operation of a client. */
export interface ClientOperation {
  readonly parameters: Set<string>;
  readonly fields: Set<string>;
}

/** A language whose generated clients are read. */
export type ClientLanguage = 'javascript' | 'python' | 'java' | 'java-async';

/** A class of a client's sources: a model, with the names that its members have on the wire. */
interface Model {
  readonly name: string;
  readonly wireNames: readonly string[];
}

/** Where a class begins, and where a member says its name on the wire. */
const SYNTAX: Readonly<Record<ClientLanguage, { readonly classStart: RegExp; readonly wireName: RegExp }>> = {
  // class GetRoleRequest extends $dara.Model { static names() { return { roleName: 'RoleName' }; } … }
  javascript: { classStart: /^\s*(?:export )?class (\w+) extends /gm, wireName: /^\s+\w+: '([\w.-]+)',?$/gm },
  // class GetRoleRequest(DaraModel): … result['RoleName'] = self.role_name
  python: { classStart: /^class (\w+)\(/gm, wireName: /\bresult\['([\w.-]+)'\] = /g },
  // public static class GetRoleResponseBodyRole extends TeaModel { @NameInMap("RoleName") …
  java: { classStart: /\bclass (\w+) extends /g, wireName: /@NameInMap\("([\w.-]+)"\)/g },
  // The same in the asynchronous client, one model a file; nested classes do not repeat its name. `@Host` is where a
  // request goes, and no parameter of it.
  'java-async': {
    classStart: /^public class (\w+) extends /gm,
    wireName: /(?<!@Host\s+)@NameInMap\("([\w.-]+)"\)/g,
  },
};

/**
 * `GetRoleRequest`, `GetRoleShrinkRequest`, `GetRoleResponse`, `GetRoleResponseBodyRoleTags`: the operation, and which
 * side of it the model describes.
 */
const MODEL_NAME = /^(\w+?)(?:Shrink)?(Request|ResponseBody|Response)(\w*)$/;

/** Members of every answer and of the HTTP frame around it. */
const FRAME = new Set(['RequestId', 'headers', 'statusCode', 'body']);

/**
 * Adds the operations of one source file to those of a client.
 * @param operations of the client so far
 * @param text of a file of the client
 */
export function readOperations(operations: ClientOperations, language: ClientLanguage, text: string): void {
  for (const { name, wireNames } of modelsIn(language, text)) {
    const [, operationName = '', side] = MODEL_NAME.exec(name) ?? [];
    if (operationName === '') continue;
    const operation = operations.get(operationName) ?? { parameters: new Set(), fields: new Set() };
    operations.set(operationName, operation);
    const names = side === 'Request' ? operation.parameters : operation.fields;
    for (const wireName of wireNames) if (!FRAME.has(wireName)) names.add(wireName);
  }
}

function modelsIn(language: ClientLanguage, text: string): readonly Model[] {
  const { classStart, wireName } = SYNTAX[language];
  const starts = [...text.matchAll(classStart)];
  return starts.map((start, at) => {
    const body = text.slice(start.index, starts[at + 1]?.index);
    const namesOnly = language === 'javascript' ? namesFunction(body) : body;
    return {
      name: start[1] ?? '',
      wireNames: [...namesOnly.matchAll(wireName)].map(([, name = '']) => name),
    };
  });
}

/** Returns the function `names()` of a class; `types()` beside it looks alike. */
function namesFunction(body: string): string {
  const start = body.indexOf('static names()');
  return start < 0 ? '' : body.slice(start, body.indexOf('}', start));
}
