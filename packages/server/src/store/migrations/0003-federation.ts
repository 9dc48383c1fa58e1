import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Identity providers, the SAML assertions that were used, and how users sign in through a provider. */
export const federation: Migration = {
  name: '0003-federation',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('saml_providers', {
      provider_id: 'text',
      account_id: 'text',
      provider_name: 'text',
      provider_name_key: 'name',
      description: 'text',
      metadata: 'text',
      authn_sign_algorithm: 'text',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('saml_providers_pk', ['provider_id'])
      .addUniqueConstraint('saml_providers_name', ['account_id', 'provider_name_key'])
      .addForeignKeyConstraint('saml_providers_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('oidc_providers', {
      provider_id: 'text',
      account_id: 'text',
      provider_name: 'text',
      provider_name_key: 'name',
      issuer_url: 'text',
      description: 'text',
      client_ids: 'text',
      fingerprints: 'text',
      issuance_limit_hours: 'integer',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('oidc_providers_pk', ['provider_id'])
      .addUniqueConstraint('oidc_providers_name', ['account_id', 'provider_name_key'])
      .addUniqueConstraint('oidc_providers_issuer', ['account_id', 'issuer_url'])
      .addForeignKeyConstraint('oidc_providers_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    // Keyed by account and not by provider: an assertion stays used when its provider is deleted and created
    // again.
    await table('used_saml_assertions', {
      account_id: 'text',
      assertion_hash: 'text',
      expires_at: 'integer',
    })
      .addPrimaryKeyConstraint('used_saml_assertions_pk', ['account_id', 'assertion_hash'])
      .addForeignKeyConstraint('used_saml_assertions_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
    await database.schema
      .createIndex('used_saml_assertions_expiry')
      .on('used_saml_assertions')
      .columns(['account_id', 'expires_at'])
      .execute();

    await table('user_sso_settings', {
      account_id: 'text',
      sso_enabled: 'integer',
      metadata: 'text',
      auxiliary_domain: 'text',
      login_with_domain: 'integer',
      authn_sign_algorithm: 'text',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('user_sso_settings_pk', ['account_id'])
      .addForeignKeyConstraint('user_sso_settings_account', ['account_id'], 'accounts', ['account_id'])
      .execute();
  },
};
