import { Button, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { Page } from '../../layout/page.tsx';
import { TagDialog } from './tag-dialog.tsx';
import { pageOf, type ResourceTag, removeTag, TAGGED_KINDS, type TaggedKind } from './tagged-resources.ts';

/** Page of the tags of users, roles and custom policies. */
export function Component() {
  const { t } = useTranslation('tags');
  const [address, setAddress] = useSearchParams();
  const kind = TAGGED_KINDS.find((each) => each === address.get('kind')) ?? 'user';
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button type="primary" onClick={() => setAdding(true)}>
          {t('add')}
        </Button>
      }
    >
      <Segmented<TaggedKind>
        className="space-below"
        aria-label={t('of')}
        value={kind}
        onChange={(next) => setAddress(next === 'user' ? {} : { kind: next })}
        options={TAGGED_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
      />
      <div className="surface">
        {kind === 'user' ? <TagsOfUsers /> : <TagsByName key={kind} kind={kind} />}
      </div>
      {adding && <TagDialog kind={kind} onClosed={() => setAdding(false)} />}
    </Page>
  );
}

function TagsOfUsers() {
  const list = useServerList('Ims', 'ListTagResources', { ResourceType: 'user' }, ({ TagResources }) =>
    (TagResources?.TagResource ?? []).map(
      ({ ResourceId: resource = '', TagKey: key = '', TagValue: value = '' }): ResourceTag => ({
        resource,
        key,
        value,
      }),
    ),
  );
  return <Tags kind="user" list={list} />;
}

function TagsByName({ kind }: { readonly kind: 'role' | 'policy' }) {
  const list = useServerList('Ram', 'ListTagResources', { ResourceType: kind }, ({ TagResources }) =>
    TagResources.map(
      ({ ResourceName: resource, TagKey: key, TagValue: value }): ResourceTag => ({ resource, key, value }),
    ),
  );
  return <Tags kind={kind} list={list} />;
}

function Tags({
  kind,
  list,
}: {
  readonly kind: TaggedKind;
  readonly list: ReturnType<typeof useServerList<'Ram', 'ListTagResources', ResourceTag>>;
}) {
  const { t } = useTranslation('tags');
  const deletion = useDeletion<ResourceTag>({
    nameOf: ({ key, resource }) => `${key} (${resource})`,
    remove: (tag) => removeTag(kind, tag),
    title: t('remove'),
    text: (_, names) => t('removeText', { names }),
    done: () => t('removed'),
  });
  const columns = useMemo<readonly Column<ResourceTag>[]>(
    () => [
      { key: 'key', title: t('key'), text: ({ key }) => key },
      { key: 'value', title: t('value'), text: ({ value }) => value },
      {
        key: 'resource',
        title: t(`kind.${kind}`),
        text: ({ resource }) => resource,
        render: ({ resource }) => <Link to={pageOf(kind, resource)}>{resource}</Link>,
      },
    ],
    [t, kind],
  );
  return (
    <>
      <ResourceTable
        label={t('title')}
        list={list}
        columns={columns}
        rowKey={({ resource, key }) => `${resource} ${key}`}
        rowName={({ resource, key }) => `${key} (${resource})`}
        fileName={`${kind}-tags`}
        empty={t('none')}
        bulkActions={[{ key: 'remove', label: t('remove'), danger: true, run: deletion.ask }]}
      />
      {deletion.dialog}
    </>
  );
}
