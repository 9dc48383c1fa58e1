import assert from 'node:assert/strict';
import type { AssertionChanges, SamlIdentityProvider, Signing } from './identity-providers.ts';
import { readJson, send } from './raw-request.ts';
import type { TestAccount, TestServer } from './server.ts';

/** Outcome of an unsigned call. */
export interface Outcome {
  readonly status: number;
  /** `OK` for a success. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls an operation of STS as any client can: a form, without a signature and without an SDK. */
export async function callAnonymously(
  url: string,
  action: string,
  form: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const request = {
    method: 'POST',
    target: `/?Action=${action}&Version=2015-04-01&Format=JSON`,
    rawHeaders: ['host', new URL(url).host, 'content-type', 'application/x-www-form-urlencoded'],
    body: Buffer.from(new URLSearchParams(form).toString()),
  };
  const { status, code, message, body } = readJson(await send(url, request));
  return { status, code, message, requestId: String(body['RequestId']), body };
}

/** Returns a trust policy for the given providers. */
export const trusting = (federated: string, more: object = {}) =>
  JSON.stringify({
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Federated: [federated] }, ...more },
    ],
  });

/** Account with a SAML provider `corp` and a role `visitor` that trusts it. */
export class SamlAccount {
  readonly server: TestServer;
  readonly account: TestAccount;
  readonly idp: SamlIdentityProvider;
  readonly providerArn: string;
  readonly roleArn: string;

  private constructor(server: TestServer, account: TestAccount, idp: SamlIdentityProvider) {
    this.server = server;
    this.account = account;
    this.idp = idp;
    this.providerArn = `acs:ram::${account.accountId}:saml-provider/corp`;
    this.roleArn = `acs:ram::${account.accountId}:role/visitor`;
  }

  static async make(
    server: TestServer,
    idp: SamlIdentityProvider,
    metadata: string = idp.metadata(),
  ): Promise<SamlAccount> {
    const made = new SamlAccount(server, await server.newAccount(), idp);
    await made.admin('2019-08-15', 'CreateSAMLProvider', {
      SAMLProviderName: 'corp',
      EncodedSAMLMetadataDocument: metadata,
    });
    await made.createRole('visitor', trusting(made.providerArn));
    return made;
  }

  /** Calls as the account's administrator. */
  admin(version: string, action: string, parameters: Record<string, string>) {
    return this.account.admin.callRpc(version, action, parameters);
  }

  async createRole(name: string, trust: string): Promise<string> {
    const parameters = { RoleName: name, AssumeRolePolicyDocument: trust };
    await this.admin('2015-05-01', 'CreateRole', parameters);
    return `acs:ram::${this.account.accountId}:role/${name}`;
  }

  /** Pair of ARNs that an assertion has to list for `visitor`. */
  get pair(): string {
    return `${this.roleArn},${this.providerArn}`;
  }

  /** Returns a valid response with `changes`, not signed yet. */
  unsigned(changes: Partial<AssertionChanges> = {}): string {
    return this.idp.unsignedResponse({ roles: [this.pair], ...changes });
  }

  /**
   * Returns a response with a signed assertion.
   * @param edit changes the text before it is signed
   */
  signed(
    changes: Partial<AssertionChanges> = {},
    edit: (text: string) => string = (text) => text,
    signing: Signing = {},
  ): string {
    return this.idp.sign(edit(this.unsigned(changes)), 'Assertion', signing);
  }

  /** Sends a response. @param text XML, or Base64 in brackets to send it unchanged */
  show(text: string | readonly [base64: string], more: Record<string, string> = {}): Promise<Outcome> {
    const SAMLAssertion = typeof text === 'string' ? Buffer.from(text).toString('base64') : text[0];
    const usual = { RoleArn: this.roleArn, SAMLProviderArn: this.providerArn };
    return callAnonymously(this.server.url, 'AssumeRoleWithSAML', { ...usual, SAMLAssertion, ...more });
  }

  /** Sends a response and asserts its refusal. @param reason pattern of the message */
  async refuses(
    text: string | readonly [base64: string],
    reason: RegExp = /has not signed it/,
    code = 'AuthenticationFail.SAMLAssertion.Invalid',
  ): Promise<Outcome> {
    const outcome = await this.show(text);
    assert.deepEqual([outcome.code, outcome.status], [code, 401], outcome.message);
    assert.match(outcome.message, reason);
    return outcome;
  }

  /** Sends a response and asserts its success. @returns the assertion part of the answer */
  async accepts(
    text: string | readonly [base64: string],
    more: Record<string, string> = {},
  ): Promise<{ readonly subject: string; readonly session: string; readonly body: Outcome['body'] }> {
    const { code, message, body } = await this.show(text, more);
    assert.equal(code, 'OK', message);
    const { Subject } = body['SAMLAssertionInfo'] as { Subject: string };
    const { AssumedRoleId } = body['AssumedRoleUser'] as { AssumedRoleId: string };
    return { subject: Subject, session: AssumedRoleId.replace(/^.*:/, ''), body };
  }
}

/** Replaces a text that has to be present. */
export function replaced(text: string, what: string | RegExp, by: string): string {
  const changed = text.replace(what, () => by);
  assert.notEqual(changed, text, `nothing was replaced: ${what}`);
  return changed;
}
