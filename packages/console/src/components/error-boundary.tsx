import { Component, type ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

/** Catches errors of one page, so that the rest of the console keeps working. */
export class ErrorBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | null }
> {
  override state = { error: null };

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <ErrorNotice error={error} retry={() => this.setState({ error: null })} />;
  }
}
