/**
 * Forward authentication: a proxy asks whether a request may pass. The body is not seen: the answer contains
 * the digest that it must have, and the service must compare it.
 */
export { type ForwardAuthEndpoint, loadForwardAuth, startForwardAuth } from './start-forward-auth.ts';
