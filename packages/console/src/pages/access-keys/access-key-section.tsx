import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { CreateAccessKey } from './create-access-key.tsx';
import { KeyCard } from './key-card.tsx';
import type { KeyOwner } from './key-owner.ts';
import { RecycledKeys } from './recycled-keys.tsx';
import { Rotation } from './rotation.tsx';
import { type AccessKey, MAX_KEYS, replacedKeyId, useKeys } from './use-keys.ts';
import './access-keys.css';

/** AccessKeys of an owner with their actions, and those in the recycle bin. */
export function AccessKeySection({ owner }: { readonly owner: KeyOwner }) {
  const { t } = useTranslation('access-keys');
  const { keys, isLoading, error, refetch } = useKeys(owner);
  const [creating, setCreating] = useState<{ readonly replaces?: AccessKey } | undefined>();
  const [address, setAddress] = useSearchParams();
  const rotated = address.get('rotate') ?? undefined;
  const full = keys.length >= MAX_KEYS;
  const replaced = rotated === undefined ? undefined : replacedKeyId(keys, rotated);
  const isStartedElsewhere = replaced !== rotated;

  // Kept in the address, so that it names the same key after the older one is deleted.
  useEffect(() => {
    if (!isStartedElsewhere || replaced === undefined) return;
    setAddress(
      (before) => {
        const after = new URLSearchParams(before);
        after.set('rotate', replaced);
        return after;
      },
      { replace: true },
    );
  }, [isStartedElsewhere, replaced, setAddress]);

  function rotate(keyId: string | undefined): void {
    setAddress((before) => {
      const after = new URLSearchParams(before);
      if (keyId === undefined) after.delete('rotate');
      else after.set('rotate', keyId);
      return after;
    });
  }

  return (
    <>
      <section className="surface" aria-labelledby="access-keys">
        <div className="section-head">
          <h2 id="access-keys">{t('section.title')}</h2>
          <Tooltip title={full ? t('section.full') : undefined}>
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              disabled={full || isLoading}
              onClick={() => setCreating({})}
            >
              {t('create.title')}
            </Button>
          </Tooltip>
          <p>{t(owner.kind === 'root' ? 'section.rootText' : 'section.text')}</p>
        </div>
        <ErrorNotice error={error} retry={refetch} />
        {isLoading && <Loading />}
        {!isLoading && !error && keys.length === 0 && (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('section.empty')} />
        )}
        <div className="key-cards">
          {keys.map((key) => (
            <KeyCard key={key.id} owner={owner} accessKey={key} onRotate={() => rotate(key.id)} />
          ))}
        </div>
      </section>
      <RecycledKeys owner={owner} />
      {creating && (
        <CreateAccessKey owner={owner} replaces={creating.replaces} onClosed={() => setCreating(undefined)} />
      )}
      {rotated !== undefined && !isLoading && !isStartedElsewhere && (
        <Rotation
          owner={owner}
          keys={keys}
          oldKeyId={rotated}
          onCreate={setCreating}
          onClosed={() => rotate(undefined)}
        />
      )}
    </>
  );
}
