import { parseNames } from '../../applications/application.ts';
import { scopeDescription } from '../../applications/predefined-scope.ts';
import type { ApplicationRow } from '../../store/schema.ts';
import { instant } from '../../wire/instant.ts';
import { text } from '../../wire/parameter.ts';

/** Id of an application, digits. */
export const appId = text({ max: 32, format: /^\d+$/ });

/** Scope names separated by semicolons. */
export const scopeNames = text({ max: 1024 });

/** Converts an application for its own account. */
export function wireApplication(row: ApplicationRow) {
  const required = parseNames(row.required_scopes);
  return {
    AccessTokenValidity: row.access_token_seconds,
    AccountId: row.account_id,
    AppId: row.app_id,
    AppName: row.app_name,
    AppType: row.app_type,
    CreateDate: instant(row.created_at),
    DelegatedScope: {
      PredefinedScopes: {
        PredefinedScope: parseNames(row.scopes).map((name) => ({
          Description: scopeDescription(name),
          Name: name,
          Required: required.includes(name),
        })),
      },
    },
    DisplayName: row.display_name,
    IsMultiTenant: row.multi_tenant === 1,
    ProtocolVersion: row.protocol_version,
    RedirectUris: { RedirectUri: parseNames(row.redirect_uris) },
    RefreshTokenValidity: row.refresh_token_seconds,
    SecretRequired: row.secret_required === 1,
    UpdateDate: instant(row.updated_at),
  };
}

/** Converts the scopes granted to an installation. @param scopes JSON array of names */
export function wireGrantedScopes(scopes: string) {
  return {
    PredefinedScopes: {
      PredefinedScope: parseNames(scopes).map((name) => ({
        Description: scopeDescription(name),
        Name: name,
      })),
    },
  };
}
