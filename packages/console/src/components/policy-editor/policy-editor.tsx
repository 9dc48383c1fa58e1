import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { PolicyFault } from '../../api/claviger-operations.ts';
import { JSON_EXTENSIONS } from './json-extensions.ts';
import { faultText } from './policy-warnings.tsx';
import { toDiagnostics } from './to-diagnostics.ts';
import { type PolicyKind, validatePolicy } from './validate-policy.ts';
import './policy-editor.css';

/** Pause in typing before the document is validated, in milliseconds. */
const PAUSE_MS = 350;

/**
 * JSON editor for a policy document. The server validates it; faults are shown at their position. Tab leaves the
 * editor (WCAG 2.1.2).
 *
 * @param kind of the document; each kind has its own rules
 * @param onFaults receives the faults after each pause in typing
 */
export function PolicyEditor({
  label,
  value,
  kind,
  onChange,
  onFaults,
}: {
  readonly label: string;
  readonly value: string;
  readonly kind: PolicyKind;
  readonly onChange: (text: string) => void;
  readonly onFaults?: (faults: readonly PolicyFault[]) => void;
}) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const callbacks = useRef({ onChange, onFaults });
  callbacks.current = { onChange, onFaults };
  const translate = useRef(t);
  translate.current = t;
  const first = useRef(value);

  useEffect(() => {
    if (place.current === null) return;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          ...JSON_EXTENSIONS,
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          lintGutter(),
          keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          linter(
            async ({ state }) => {
              const faults = await validatePolicy(state.doc.toString(), kind);
              callbacks.current.onFaults?.(faults);
              return toDiagnostics(state.doc, faults, (fault) => faultText(fault, translate.current));
            },
            { delay: PAUSE_MS },
          ),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) callbacks.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [kind, label]);

  // Changes from elsewhere, such as the visual builder.
  useEffect(() => {
    first.current = value;
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  return (
    <div className="policy-editor">
      <div ref={place} />
      <p className="quiet">{t('policyEditor.keys')}</p>
    </div>
  );
}
