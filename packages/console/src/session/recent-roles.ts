/** Role that was switched to with this browser. */
export interface RecentRole {
  /** Account ID or alias, as it was entered; empty for the user's own account. */
  readonly account: string;
  readonly name: string;
}

const STORAGE_KEY = 'claviger.recent-roles';
const KEPT = 5;

/** Returns the roles that a user switched to lately with this browser, the latest first. */
export function recentRoles(userId: string): readonly RecentRole[] {
  return read()[userId] ?? [];
}

/** Records a switch of a user. */
export function noteRecentRole(userId: string, role: RecentRole): void {
  const others = recentRoles(userId).filter(
    ({ account, name }) => account !== role.account || name !== role.name,
  );
  const all = { ...read(), [userId]: [role, ...others].slice(0, KEPT) };
  localStorage.setItem(STORAGE_KEY, JSON.stringify(all));
}

function read(): Readonly<Record<string, readonly RecentRole[]>> {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as Record<string, readonly RecentRole[]>;
  } catch {
    return {};
  }
}
