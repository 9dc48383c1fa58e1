/**
 * Gives every style element that a library makes the nonce of this page, without which the content security
 * policy drops it. The component library takes a nonce for most of its styles, but not for those with which it
 * measures scroll bars and keeps the page from scrolling behind a dialog, nor for those within its icons.
 */
export function giveStylesTheNonce(): void {
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
