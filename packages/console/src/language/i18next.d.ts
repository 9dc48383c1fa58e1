import 'i18next';
import type accessKeys from '../locales/en/access-keys.json';
import type account from '../locales/en/account.json';
import type allAccessKeys from '../locales/en/all-access-keys.json';
import type applications from '../locales/en/applications.json';
import type audit from '../locales/en/audit.json';
import type errors from '../locales/en/errors.json';
import type groups from '../locales/en/groups.json';
import type guards from '../locales/en/guards.json';
import type overview from '../locales/en/overview.json';
import type policies from '../locales/en/policies.json';
import type recycleBins from '../locales/en/recycle-bins.json';
import type reports from '../locales/en/reports.json';
import type roles from '../locales/en/roles.json';
import type settings from '../locales/en/settings.json';
import type shell from '../locales/en/shell.json';
import type signIn from '../locales/en/sign-in.json';
import type simulator from '../locales/en/simulator.json';
import type sso from '../locales/en/sso.json';
import type tags from '../locales/en/tags.json';
import type users from '../locales/en/users.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell';
    resources: {
      'access-keys': typeof accessKeys;
      account: typeof account;
      'all-access-keys': typeof allAccessKeys;
      applications: typeof applications;
      audit: typeof audit;
      errors: typeof errors;
      groups: typeof groups;
      guards: typeof guards;
      overview: typeof overview;
      policies: typeof policies;
      'recycle-bins': typeof recycleBins;
      reports: typeof reports;
      roles: typeof roles;
      settings: typeof settings;
      shell: typeof shell;
      'sign-in': typeof signIn;
      simulator: typeof simulator;
      sso: typeof sso;
      tags: typeof tags;
      users: typeof users;
    };
  }
}
