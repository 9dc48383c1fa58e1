/**
 * Adds the nonce of the page to every style element that a library creates, as the content security policy requires. The
 * component library accepts a nonce for most styles, but not for measuring scroll bars, for locking the page behind a
 * dialog, and inside icons.
 */
export function addNonceToStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  const createElement = document.createElement.bind(document) as typeof document.createElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options);
    if (name.toLowerCase() === 'style') element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  const createElementNS = document.createElementNS.bind(document) as (
    namespace: string | null,
    name: string,
    options?: ElementCreationOptions,
  ) => Element;
  document.createElementNS = ((namespace: string | null, name: string, options?: ElementCreationOptions) => {
    const element = createElementNS(namespace, name, options);
    if (element instanceof SVGStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElementNS;
}
