import { Breadcrumb } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import './console-layout.css';

/**
 * Frame of a page: breadcrumb, heading, description, actions.
 * @param title heading, also of the browser tab
 * @param trail parent pages
 * @param description one or two sentences for new users
 * @param actions buttons for the whole page
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
  // Screen readers announce the new page.
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
