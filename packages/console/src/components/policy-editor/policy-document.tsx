import { EditorState, RangeSetBuilder, Text } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { JSON_EXTENSIONS } from './json-extensions.ts';
import './policy-editor.css';

/** Range of highlighted lines, from 1, inclusive. */
export interface HighlightedLines {
  readonly from: number;
  readonly to: number;
  readonly as: 'allow' | 'deny';
}

/** Read-only policy document with highlighted lines. */
export function PolicyDocument({
  label,
  text,
  highlighted = [],
}: {
  readonly label: string;
  readonly text: string;
  readonly highlighted?: readonly HighlightedLines[];
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const document = Text.of(text.split('\n'));
    const lines = new RangeSetBuilder<Decoration>();
    for (const { from, to, as } of [...highlighted].sort((one, other) => one.from - other.from)) {
      for (let line = from; line <= Math.min(to, document.lines); line++) {
        const { from: at } = document.line(line);
        lines.add(at, at, Decoration.line({ class: `highlighted-${as}` }));
      }
    }
    const view = new EditorView({
      parent: place.current,
      doc: document,
      extensions: [
        ...JSON_EXTENSIONS,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.decorations.of(lines.finish()),
      ],
    });
    return () => view.destroy();
  }, [label, text, highlighted]);
  return <div className="policy-editor" ref={place} />;
}
