import { Breadcrumb } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import './console-layout.css';

/**
 * The frame of a page: where it is, what it is called, what can be done.
 * @param title its heading, and the title of the browser's tab
 * @param trail the pages above it
 * @param description one or two sentences for who has never been here
 * @param actions buttons for the page as a whole
 */
export function Page({
  title,
  trail = [],
  description,
  actions,
  children,
}: {
  readonly title: string;
  readonly trail?: readonly { readonly label: string; readonly to: string }[];
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Claviger`;
  }, [title]);
  // Whoever follows a link with a screen reader hears where they have come to.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div>
      <header className="page-head">
        <div>
          {trail.length > 0 && (
            <Breadcrumb
              items={[
                ...trail.map(({ label, to }) => ({ key: to, title: <Link to={to}>{label}</Link> })),
                { key: 'here', title },
              ]}
            />
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {description && <p>{description}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
