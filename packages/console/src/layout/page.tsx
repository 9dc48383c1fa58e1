import { Breadcrumb } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import './console-layout.css';

/** Returns the address of the guide in a language of the console. */
const guideAddress = (language: string): string =>
  `https://github.com/claviger/claviger/blob/main/docs/guide/${language}.md`;

/**
 * Frame of a page: breadcrumb, heading, description, link to the guide, actions.
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
  const { t, i18n } = useTranslation();
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
          <p>
            <a href={guideAddress(i18n.language)} target="_blank" rel="noreferrer">
              {t('guide')}
            </a>
          </p>
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
