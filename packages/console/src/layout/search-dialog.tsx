import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Input, type InputRef, Modal, Tooltip } from 'antd';
import { type KeyboardEvent, useDeferredValue, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useSession } from '../session/use-session.ts';
import { SECTIONS } from './navigation.tsx';
import { type Found, type FoundKind, findEntities } from './search-entities.ts';
import './search-dialog.css';

/** Groups of results, in their order. */
const KINDS: readonly (FoundKind | 'pages')[] = ['pages', 'users', 'keys', 'roles', 'policies'];

/** Button and Ctrl-K: finds users, AccessKeys, roles, policies and pages by a part of their name or id. */
export function SearchButton() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
      // The browser's own shortcut is the search of its address bar.
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Tooltip title={t('palette.open')}>
        <Button
          type="text"
          icon={<SearchOutlined aria-hidden />}
          aria-label={t('palette.open')}
          onClick={() => setOpen(true)}
        />
      </Tooltip>
      <SearchDialog open={open} onClosed={() => setOpen(false)} />
    </>
  );
}

function SearchDialog({ open, onClosed }: { readonly open: boolean; readonly onClosed: () => void }) {
  const { t } = useTranslation();
  const input = useRef<InputRef>(null);
  return (
    <Modal
      open={open}
      title={t('palette.title')}
      footer={null}
      onCancel={onClosed}
      afterOpenChange={(isOpen) => isOpen && input.current?.focus()}
      destroyOnHidden
    >
      <Results input={input} onClosed={onClosed} />
    </Modal>
  );
}

function Results({
  input,
  onClosed,
}: {
  readonly input: React.RefObject<InputRef | null>;
  readonly onClosed: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { Principal: principal } = useSession();
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['search', principal.AccountId, principal.Type, wanted],
    queryFn: ({ signal }) => findEntities(wanted, principal.Type === 'root', signal),
    enabled: wanted !== '',
  });
  const pages = SECTIONS.flatMap(({ entries }) => entries)
    .map(({ path, label }): Found => ({ kind: 'pages', path, name: t(label) }))
    .filter(({ name }) => wanted === '' || name.toLowerCase().includes(wanted.toLowerCase()));
  const results = [...pages, ...(found.data ?? [])];

  function onEnter(): void {
    const [first] = results;
    if (first === undefined) return;
    onClosed();
    void navigate(first.path);
  }

  /** The arrow keys move between the results, which are links. */
  function onArrow(event: KeyboardEvent<HTMLElement>): void {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const links = [...event.currentTarget.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    if (next < 0) input.current?.focus();
    else links[Math.min(next, links.length - 1)]?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move the focus between the links inside
    <div onKeyDown={onArrow}>
      <Input
        ref={input}
        type="search"
        maxLength={64}
        prefix={<SearchOutlined aria-hidden />}
        aria-label={t('palette.title')}
        placeholder={t('palette.placeholder')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onPressEnter={onEnter}
      />
      <div role="status" className="visually-hidden">
        {found.isFetching ? t('loading') : ''}
      </div>
      {results.length === 0 && !found.isFetching ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('palette.nothing')} />
      ) : (
        KINDS.map((kind) => (
          <Group
            key={kind}
            kind={kind}
            results={results.filter((one) => one.kind === kind)}
            onChosen={onClosed}
          />
        ))
      )}
    </div>
  );
}

function Group({
  kind,
  results,
  onChosen,
}: {
  readonly kind: (typeof KINDS)[number];
  readonly results: readonly Found[];
  readonly onChosen: () => void;
}) {
  const { t } = useTranslation();
  if (results.length === 0) return null;
  return (
    <section aria-label={t(`palette.${kind}`)} className="search-results">
      <h3>{t(`palette.${kind}`)}</h3>
      <ul>
        {results.map(({ path, name, owner, isRecycled, containPath }) => (
          <li key={path}>
            <Link to={path} onClick={onChosen}>
              {name}
            </Link>
            {owner !== undefined && <span className="quiet">{t('palette.keyOf', { owner })}</span>}
            {isRecycled && <span className="quiet">{t('palette.deleted')}</span>}
            {containPath !== undefined && (
              <Link className="contain" to={containPath} onClick={onChosen}>
                {t('palette.contain')}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
