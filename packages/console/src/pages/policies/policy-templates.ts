import { newStatement, type ReadStatement, readStatements, writeStatements } from './statement-model.ts';

/** Names of the templates, in the order in which they are offered. */
export const TEMPLATES = [
  'createOwnKeys',
  'manageOwnKeys',
  'guardedService',
  'pipeline',
  'readOnly',
] as const;

/** Name of a template. */
export type TemplateName = (typeof TEMPLATES)[number];

/**
 * Returns a policy document with the statement of a template added. The empty statement of a new document is replaced;
 * everything else is kept.
 * @param text of the document; one that the builder cannot read is returned unchanged
 */
export function withTemplate(text: string, name: TemplateName, accountId: string): string {
  const statements = readStatements(text);
  if (statements === undefined) return text;
  const empty = JSON.stringify(newStatement().source);
  const kept = statements.filter(({ source }) => JSON.stringify(source) !== empty);
  const added: ReadStatement = { model: undefined, source: templateStatement(name, accountId) };
  return writeStatements(text, [...kept, added]);
}

/** Names in capitals are placeholders, which the description of the template explains. */
function templateStatement(name: TemplateName, accountId: string): Readonly<Record<string, unknown>> {
  const user = `acs:ram:*:${accountId}:user/USER_NAME`;
  switch (name) {
    case 'createOwnKeys':
      return allow(['ram:CreateAccessKey', 'ram:ListAccessKeys'], user);
    case 'manageOwnKeys':
      return allow(
        [
          'ram:CreateAccessKey',
          'ram:ListAccessKeys',
          'ram:UpdateAccessKey',
          'ram:DeleteAccessKey',
          'ram:GetAccessKeyLastUsed',
          'ram:ListAccessKeysInRecycleBin',
        ],
        user,
      );
    case 'guardedService':
      return allow(['SERVICE:*'], `acs:SERVICE:*:${accountId}:*`);
    case 'pipeline':
      return allow(['sts:AssumeRole'], `acs:ram:*:${accountId}:role/ROLE_NAME`);
    case 'readOnly':
      return allow(['ram:Get*', 'ram:List*', 'actiontrail:LookupEvents'], '*');
  }
}

const allow = (actions: readonly string[], resource: string) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: [resource],
});
