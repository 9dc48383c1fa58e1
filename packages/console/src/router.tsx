import { createBrowserRouter, Navigate } from 'react-router';
import { Loading } from './components/loading.tsx';
import { ConsoleLayout } from './layout/console-layout.tsx';
import { NotFound } from './layout/not-found.tsx';
import { RouteError } from './layout/route-error.tsx';

/** Routes of the console. Pages are loaded on demand; each exports `Component`. */
export const router = createBrowserRouter([
  {
    HydrateFallback: Loading,
    ErrorBoundary: RouteError,
    children: [
      { path: '/sign-in', lazy: () => import('./pages/sign-in/sign-in.tsx') },
      {
        path: '/',
        Component: ConsoleLayout,
        children: [
          { index: true, element: <Navigate replace to="/overview" /> },
          { path: 'overview', lazy: () => import('./pages/overview/overview.tsx') },
          { path: 'users', lazy: () => import('./pages/users/user-list.tsx') },
          { path: 'users/new', lazy: () => import('./pages/users/user-create.tsx') },
          { path: 'users/:userId', lazy: () => import('./pages/users/user-detail.tsx') },
          { path: 'groups', lazy: () => import('./pages/groups/group-list.tsx') },
          { path: 'groups/:groupName', lazy: () => import('./pages/groups/group-detail.tsx') },
          { path: 'roles', lazy: () => import('./pages/roles/role-list.tsx') },
          { path: 'roles/new', lazy: () => import('./pages/roles/role-create.tsx') },
          { path: 'roles/:roleName', lazy: () => import('./pages/roles/role-detail.tsx') },
          { path: 'policies', lazy: () => import('./pages/policies/policy-list.tsx') },
          { path: 'policies/new', lazy: () => import('./pages/policies/policy-create.tsx') },
          {
            path: 'policies/:policyType/:policyName',
            lazy: () => import('./pages/policies/policy-detail.tsx'),
          },
          { path: 'tags', lazy: () => import('./pages/tags/tag-list.tsx') },
          { path: 'simulator', lazy: () => import('./pages/simulator/simulator.tsx') },
          { path: 'recycle-bins', lazy: () => import('./pages/recycle-bins/recycle-bins.tsx') },
          { path: 'reports', lazy: () => import('./pages/reports/reports.tsx') },
          { path: 'audit', lazy: () => import('./pages/audit/audit-log.tsx') },
          { path: 'applications', lazy: () => import('./pages/applications/applications.tsx') },
          { path: 'applications/:appId', lazy: () => import('./pages/applications/application-detail.tsx') },
          { path: 'guards', lazy: () => import('./pages/guards/guard-list.tsx') },
          { path: 'sso', lazy: () => import('./pages/sso/sso.tsx') },
          { path: 'settings', lazy: () => import('./pages/settings/settings.tsx') },
          { path: 'access-keys', lazy: () => import('./pages/access-keys/access-key-page.tsx') },
          { path: 'all-access-keys', lazy: () => import('./pages/all-access-keys/all-access-keys.tsx') },
          { path: 'account', lazy: () => import('./pages/account/account-page.tsx') },
          { path: '*', Component: NotFound },
        ],
      },
    ],
  },
]);
