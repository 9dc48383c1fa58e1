import { App } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChange } from '../api/use-change.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Texts and calls for deleting objects of one kind. */
export interface DeletionOptions<Item> {
  readonly nameOf: (item: Item) => string;
  /** Deletes one object. */
  readonly remove: (item: Item) => Promise<unknown>;
  readonly title: string;
  /** Explains the effect for this number of objects with these names. */
  readonly text: (count: number, names: string) => string;
  /** Message after the deletion. */
  readonly done: (count: number) => string;
  /** Whether the name of a single object must be typed first. */
  readonly typed?: boolean;
  /** Called after the deletion. */
  readonly onDeleted?: () => void;
}

/** Deletion with confirmation and success message. */
export interface Deletion<Item> {
  /** Opens the confirmation dialog. @param done called after the deletion, for example to clear a selection */
  readonly ask: (items: readonly Item[], done?: () => void) => void;
  /** Confirmation dialog to render on the page. */
  readonly dialog: ReactNode;
}

/**
 * Deletes objects after confirmation.
 *
 *     const deletion = useDeletion<Role>({ … });
 *     <Button onClick={() => deletion.ask([role])}>…</Button>
 *     {deletion.dialog}
 */
export function useDeletion<Item>(options: DeletionOptions<Item>): Deletion<Item> {
  const { nameOf, remove, title, text, done, typed = false, onDeleted } = options;
  const { t } = useTranslation();
  const { message } = App.useApp();
  const change = useChange();
  const [pending, setPending] = useState<{
    readonly items: readonly Item[];
    readonly done: (() => void) | undefined;
  }>();
  const items = pending?.items ?? [];
  const [only] = items;

  async function confirm(): Promise<void> {
    const deleted = await change.run(async () => {
      for (const item of items) await remove(item);
      return true;
    });
    if (!deleted) return;
    message.success(done(items.length));
    setPending(undefined);
    pending?.done?.();
    onDeleted?.();
  }

  return {
    ask: (chosen, onDeleted) => {
      change.reset();
      setPending({ items: chosen, done: onDeleted });
    },
    dialog: (
      <ConfirmDialog
        open={pending !== undefined}
        title={title}
        confirmText={t('delete')}
        {...(typed && only !== undefined && { typed: nameOf(only) })}
        running={change.running}
        error={change.error}
        onCancel={() => setPending(undefined)}
        onConfirm={() => void confirm()}
      >
        {text(items.length, items.map(nameOf).join(', '))}
      </ConfirmDialog>
    ),
  };
}
