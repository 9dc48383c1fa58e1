import { Fragment } from 'react';

/** ARN, action or address in the font of code; lines break after `:` and `/`. */
export function WrappedName({ text }: { readonly text: string }) {
  const parts = text.split(/(?<=[:/])/);
  return (
    <span className="code">
      {parts.map((part, index) => (
        <Fragment key={parts.slice(0, index).join('')}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
}
