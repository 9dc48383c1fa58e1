/**
 * Forward authentication: a proxy asks whether a request may pass, and as whom. The body is out of sight: the answer
 * says which digest it must have, and whoever acts on the request must compare.
 */
export { type ForwardAuthEndpoint, loadForwardAuth, startForwardAuth } from './start-forward-auth.ts';
