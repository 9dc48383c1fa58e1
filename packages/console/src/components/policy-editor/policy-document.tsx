import { EditorState, RangeSetBuilder, Text } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { jsonLook } from './json-look.ts';
import './policy-editor.css';

/** Lines that are lit up, from 1, the last one included. */
export interface LitLines {
  readonly from: number;
  readonly to: number;
  readonly as: 'allow' | 'deny';
}

/** A policy document to be read, with lines lit up. */
export function PolicyDocument({
  label,
  text,
  lit = [],
}: {
  readonly label: string;
  readonly text: string;
  readonly lit?: readonly LitLines[];
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const document = Text.of(text.split('\n'));
    const lines = new RangeSetBuilder<Decoration>();
    for (const { from, to, as } of [...lit].sort((one, other) => one.from - other.from)) {
      for (let line = from; line <= Math.min(to, document.lines); line++) {
        const { from: at } = document.line(line);
        lines.add(at, at, Decoration.line({ class: `lit-${as}` }));
      }
    }
    const view = new EditorView({
      parent: place.current,
      doc: document,
      extensions: [
        ...jsonLook,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.decorations.of(lines.finish()),
      ],
    });
    return () => view.destroy();
  }, [label, text, lit]);
  return <div className="policy-editor" ref={place} />;
}
