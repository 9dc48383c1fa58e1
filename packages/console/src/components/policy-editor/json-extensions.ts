import { json } from '@codemirror/lang-json';
import { foldGutter, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

/** CodeMirror extensions for JSON: language, highlighting, theme. */
export const JSON_EXTENSIONS: readonly Extension[] = [
  lineNumbers(),
  foldGutter(),
  json(),
  syntaxHighlighting(classHighlighter),
  EditorState.tabSize.of(2),
  EditorView.lineWrapping,
];
