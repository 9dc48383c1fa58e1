/**
 * The hardened HTTP/1.1 listener of this repository: for `@claviger/server`, the gateway and forward-auth. It knows
 * nothing of signatures; the handler of a request reads its headers and body.
 */
export {
  type HttpListener,
  type HttpListenerOptions,
  type ListenAddress,
  startHttpListener,
  type TlsFiles,
} from './listener.ts';
export { DISCARDING_TURNS, READ_AT_ONCE_BYTES, ReadingTurns } from './reading-turns.ts';
export { TLS_OPTIONS } from './tls-options.ts';
