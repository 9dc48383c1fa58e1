import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** OAuth applications with their secrets and installations, and the service credentials of users. */
export const applicationsAndServiceCredentials: Migration = {
  name: '0004-applications-and-service-credentials',
  async up(database, kind) {
    const table = tables(database, kind);

    await table('applications', {
      app_id: 'name',
      account_id: 'text',
      app_name: 'text',
      app_name_key: 'text',
      display_name: 'text',
      app_type: 'text',
      protocol_version: 'text',
      redirect_uris: 'text',
      scopes: 'text',
      required_scopes: 'text',
      access_token_seconds: 'integer',
      refresh_token_seconds: 'integer',
      secret_required: 'integer',
      multi_tenant: 'integer',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('applications_pk', ['app_id'])
      .addUniqueConstraint('applications_name', ['account_id', 'app_name_key'])
      .addForeignKeyConstraint('applications_account', ['account_id'], 'accounts', ['account_id'])
      .execute();

    await table('app_secrets', {
      app_secret_id: 'name',
      app_id: 'name',
      account_id: 'text',
      secret_hash: 'text',
      created_at: 'integer',
    })
      .addPrimaryKeyConstraint('app_secrets_pk', ['app_secret_id'])
      .addForeignKeyConstraint('app_secrets_application', ['app_id'], 'applications', ['app_id'])
      .execute();
    await database.schema
      .createIndex('app_secrets_application')
      .on('app_secrets')
      .columns(['app_id', 'created_at'])
      .execute();

    await table('application_provisions', {
      account_id: 'text',
      app_id: 'name',
      owner_account_id: 'text',
      scopes: 'text',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('application_provisions_pk', ['account_id', 'app_id'])
      .addForeignKeyConstraint('application_provisions_account', ['account_id'], 'accounts', ['account_id'])
      .addForeignKeyConstraint('application_provisions_application', ['app_id'], 'applications', ['app_id'])
      .execute();
    await database.schema
      .createIndex('application_provisions_application')
      .on('application_provisions')
      .column('app_id')
      .execute();

    await table('service_credentials', {
      service_credential_id: 'name',
      account_id: 'text',
      user_id: 'text',
      credential_name: 'text',
      service_name: 'text',
      sealed_secret: 'text',
      status: 'text',
      'expires_at?': 'integer',
      created_at: 'integer',
      updated_at: 'integer',
    })
      .addPrimaryKeyConstraint('service_credentials_pk', ['service_credential_id'])
      .addForeignKeyConstraint('service_credentials_user', ['user_id'], 'users', ['user_id'])
      .execute();
    await database.schema
      .createIndex('service_credentials_user')
      .on('service_credentials')
      .columns(['user_id', 'service_name'])
      .execute();
    await database.schema
      .createIndex('service_credentials_account')
      .on('service_credentials')
      .columns(['account_id', 'created_at'])
      .execute();
  },
};
