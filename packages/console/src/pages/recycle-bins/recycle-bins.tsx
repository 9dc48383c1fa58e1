import { Select, Tabs } from 'antd';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { ListedUser } from '../../api/row-types.ts';
import { useSearch } from '../../api/use-search.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Page } from '../../layout/page.tsx';
import { useSession } from '../../session/use-session.ts';
import type { KeyOwner } from '../access-keys/key-owner.ts';
import { RecycledKeys } from '../access-keys/recycled-keys.tsx';
import { RecycledUsers } from './recycled-users.tsx';

/** Page of users and AccessKeys that were deleted in the last thirty days. */
export function Component() {
  const { t } = useTranslation('recycle-bins');
  const [address, setAddress] = useSearchParams();
  return (
    <Page title={t('title')} description={t('lead')}>
      <Tabs
        activeKey={address.get('tab') ?? 'users'}
        onChange={(tab) => setAddress(tab === 'users' ? {} : { tab })}
        items={[
          { key: 'users', label: t('users.title'), children: <RecycledUsers /> },
          { key: 'access-keys', label: t('accessKeys'), children: <KeysOfSomebody /> },
        ]}
      />
    </Page>
  );
}

/** AccessKeys of the caller or of a chosen user. */
function KeysOfSomebody() {
  const { t } = useTranslation('recycle-bins');
  const id = useId();
  const { Principal } = useSession();
  const [searched, setSearched] = useState('');
  const users = useSearch('SearchUsers', searched, (answer) => answer.Users);
  const [chosen, setChosen] = useState<ListedUser>();
  const own = useMemo((): KeyOwner | undefined => {
    if (Principal.Type === 'root') return { kind: 'root' };
    // A role has no AccessKeys of its own.
    if (Principal.Type === 'assumed-role') return undefined;
    return { kind: 'self', userId: Principal.UserId ?? '', loginName: Principal.LoginName };
  }, [Principal]);
  const owner = useMemo(
    (): KeyOwner | undefined =>
      chosen === undefined
        ? own
        : { kind: 'user', userId: chosen.UserId ?? '', loginName: chosen.UserPrincipalName ?? '' },
    [chosen, own],
  );
  return (
    <>
      <div className="surface">
        <label htmlFor={id}>{t('whose')}</label>
        <Select
          id={id}
          className="whole-width"
          showSearch
          allowClear
          filterOption={false}
          searchValue={searched}
          onSearch={setSearched}
          placeholder={t(Principal.Type === 'root' ? 'ownRoot' : own === undefined ? 'chooseUser' : 'own')}
          loading={users.isLoading}
          labelInValue
          {...(chosen !== undefined && {
            value: { value: chosen.UserId ?? '', label: chosen.UserPrincipalName ?? '' },
          })}
          onChange={(next: { readonly value: string; readonly label: string } | undefined) => {
            setChosen(next && users.rows.find(({ UserId }) => UserId === next.value));
            setSearched('');
          }}
          options={users.rows.map(({ UserId = '', UserPrincipalName = '' }) => ({
            value: UserId,
            label: UserPrincipalName,
          }))}
        />
        <ErrorNotice compact error={users.error} />
      </div>
      {owner !== undefined && <RecycledKeys owner={owner} />}
    </>
  );
}
