import { App } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChange } from '../api/use-change.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Texts and calls for deleting objects of one kind. */
export interface DeletionOptions<Thing> {
  readonly nameOf: (thing: Thing) => string;
  /** Deletes one object. */
  readonly remove: (thing: Thing) => Promise<unknown>;
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
export interface Deletion<Thing> {
  /** Opens the confirmation dialog. @param done called after the deletion, for example to clear a selection */
  readonly ask: (things: readonly Thing[], done?: () => void) => void;
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
export function useDeletion<Thing>(options: DeletionOptions<Thing>): Deletion<Thing> {
  const { nameOf, remove, title, text, done, typed = false, onDeleted } = options;
  const { t } = useTranslation();
  const { message } = App.useApp();
  const change = useChange();
  const [asked, setAsked] = useState<{
    readonly things: readonly Thing[];
    readonly done: (() => void) | undefined;
  }>();
  const things = asked?.things ?? [];
  const [only] = things;

  async function confirm(): Promise<void> {
    const deleted = await change.run(async () => {
      for (const thing of things) await remove(thing);
      return true;
    });
    if (!deleted) return;
    message.success(done(things.length));
    setAsked(undefined);
    asked?.done?.();
    onDeleted?.();
  }

  return {
    ask: (chosen, whenGone) => {
      change.reset();
      setAsked({ things: chosen, done: whenGone });
    },
    dialog: (
      <ConfirmDialog
        open={asked !== undefined}
        title={title}
        confirmText={t('delete')}
        {...(typed && only !== undefined && { typed: nameOf(only) })}
        running={change.running}
        error={change.error}
        onCancel={() => setAsked(undefined)}
        onConfirm={() => void confirm()}
      >
        {text(things.length, things.map(nameOf).join(', '))}
      </ConfirmDialog>
    ),
  };
}
