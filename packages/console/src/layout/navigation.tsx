import {
  BarChartOutlined,
  ClusterOutlined,
  DashboardOutlined,
  DeleteOutlined,
  ExperimentOutlined,
  FileProtectOutlined,
  HistoryOutlined,
  IdcardOutlined,
  KeyOutlined,
  SafetyOutlined,
  SettingOutlined,
  TagsOutlined,
  TeamOutlined,
  UserOutlined,
} from '@ant-design/icons';
import type { ParseKeys } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';

interface Entry {
  readonly path: string;
  readonly label: ParseKeys<'shell'>;
  readonly icon: ReactNode;
}

interface Section {
  /** Absent for entries above all sections. */
  readonly heading?: ParseKeys<'shell'>;
  readonly entries: readonly Entry[];
}

/** Sections of the navigation, in the order of RAM's console. */
export const SECTIONS: readonly Section[] = [
  { entries: [{ path: '/overview', label: 'nav.overview', icon: <DashboardOutlined /> }] },
  {
    heading: 'nav.identities',
    entries: [
      { path: '/users', label: 'nav.users', icon: <UserOutlined /> },
      { path: '/groups', label: 'nav.groups', icon: <TeamOutlined /> },
      { path: '/roles', label: 'nav.roles', icon: <IdcardOutlined /> },
      { path: '/all-access-keys', label: 'nav.allAccessKeys', icon: <KeyOutlined /> },
    ],
  },
  {
    heading: 'nav.permissions',
    entries: [
      { path: '/policies', label: 'nav.policies', icon: <FileProtectOutlined /> },
      { path: '/simulator', label: 'nav.simulator', icon: <ExperimentOutlined /> },
    ],
  },
  {
    heading: 'nav.integration',
    entries: [
      { path: '/sso', label: 'nav.sso', icon: <ClusterOutlined /> },
      { path: '/guards', label: 'nav.guards', icon: <SafetyOutlined /> },
    ],
  },
  {
    heading: 'nav.management',
    entries: [
      { path: '/tags', label: 'nav.tags', icon: <TagsOutlined /> },
      { path: '/settings', label: 'nav.settings', icon: <SettingOutlined /> },
      { path: '/recycle-bins', label: 'nav.recycleBins', icon: <DeleteOutlined /> },
      { path: '/reports', label: 'nav.reports', icon: <BarChartOutlined /> },
      { path: '/audit', label: 'nav.audit', icon: <HistoryOutlined /> },
    ],
  },
];

/**
 * Main navigation.
 * @param onChosen called when an entry is chosen, to close a drawer
 */
export function Navigation({ onChosen }: { readonly onChosen?: () => void }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('nav.label')} className="navigation">
      {SECTIONS.map(({ heading, entries }) => (
        <div key={entries[0]?.path}>
          {heading && <h2>{t(heading)}</h2>}
          <ul>
            {entries.map(({ path, label, icon }) => (
              <li key={path}>
                <NavLink to={path} {...(onChosen && { onClick: onChosen })}>
                  <span aria-hidden="true">{icon}</span>
                  {t(label)}
                </NavLink>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
