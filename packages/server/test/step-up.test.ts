/**
 * Step-up of console sessions, over every operation of the registry: an operation that grants, revives or loosens is
 * refused without a recent step-up, and executed with one.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { referenceFolder } from '../api-description/reference.ts';
import { stepUpPage } from '../api-description/step-up-page.ts';
import { OPEN_API_PRODUCTS, openApiDocument } from '../src/api/openapi.ts';
import { implementedOperations } from '../src/claviger.ts';
import { SECURITY_EFFECTS } from '../src/pipeline/security-effect.ts';

const writes = [...implementedOperations().all()].filter((operation) => operation.access === 'write');

describe('the security effect of operations', () => {
  test('is declared by every write operation, with a reason if it needs no proof', () => {
    assert.ok(writes.length > 90);
    for (const { name, security } of writes) {
      const { needsStepUp } = SECURITY_EFFECTS[security.effect];
      assert.equal('why' in security, !needsStepUp, name);
      if ('why' in security) assert.match(security.why, /^.{10,}$/, name);
    }
  });

  test('requires a step-up for everything by which a stolen browser session could take over an account', () => {
    const needing = new Set(
      writes
        .filter(({ security }) => SECURITY_EFFECTS[security.effect].needsStepUp)
        .map(({ product, name }) => `${product} ${name}`),
    );
    const of = (product: string, ...names: string[]) => names.map((name) => `${product} ${name}`);
    const inBoth = (...names: string[]) => [...of('Ims', ...names), ...of('Ram', ...names)];
    const expected = [
      ...of('Ram', 'AttachPolicyToUser', 'AttachPolicyToGroup', 'AttachPolicyToRole'),
      ...of('Ram', 'DetachPolicyFromUser', 'DetachPolicyFromGroup', 'DetachPolicyFromRole'),
      ...of('Ram', 'CreatePolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicy'),
      ...of('Ram', 'CreateRole', 'UpdateRole', 'DeleteRole'),
      ...inBoth('AddUserToGroup', 'RemoveUserFromGroup', 'DeleteUser', 'CreateUser', 'UpdateUser'),
      ...inBoth('TagResources', 'UntagResources', 'SetPasswordPolicy', 'SetSecurityPreference'),
      ...inBoth('CreateAccessKey', 'UpdateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile'),
      ...inBoth('CreateVirtualMFADevice', 'BindMFADevice', 'UnbindMFADevice', 'ChangePassword'),
      ...of('Ims', 'SetAccessKeyPolicy', 'SetAccessKeyPolicyForAccount', 'SetDefaultDomain'),
      ...of('Ims', 'RestoreAccessKeyFromRecycleBin', 'DeleteAccessKeyInRecycleBin'),
      ...of('Ims', 'RestoreUserFromRecycleBin', 'DeleteUserInRecycleBin'),
      ...of('Ims', 'DisableVirtualMFA', 'DeletePasskey', 'CreateAppSecret', 'CreateServiceCredential'),
      ...of('Ims', 'SetUserSsoSettings', 'CreateSAMLProvider', 'UpdateSAMLProvider'),
      ...of('Ims', 'CreateOIDCProvider', 'UpdateOIDCProvider', 'AddFingerprintToOIDCProvider'),
      ...of('Sts', 'AssumeRole'),
      ...of('Claviger', 'RegisterPasskey', 'SetAccessKeyExpiry', 'ChangeRootPassword'),
    ];
    assert.deepEqual(
      expected.filter((name) => !needing.has(name)),
      [],
    );
  });

  test('is the table in docs/reference/step-up.md', () => {
    assert.equal(readFileSync(new URL('step-up.md', referenceFolder), 'utf8'), stepUpPage());
  });

  test('is marked in the OpenAPI documents', () => {
    const registry = implementedOperations();
    for (const [product, version] of OPEN_API_PRODUCTS) {
      const { paths } = openApiDocument(registry, version) as {
        readonly paths: Readonly<Record<string, { readonly post: Readonly<Record<string, unknown>> }>>;
      };
      for (const operation of registry.all()) {
        if (operation.version !== version) continue;
        const marked = paths[`/#${operation.name}`]?.post['x-step-up'] === true;
        const needs = operation.access === 'write' && SECURITY_EFFECTS[operation.security.effect].needsStepUp;
        assert.equal(marked, needs, `${product} ${operation.name}`);
      }
    }
  });
});
