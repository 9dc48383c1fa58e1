/** Lock of a server on its data, so that no other one works on them whose nonces it does not know. */
export interface NodeLock {
  release(): Promise<void>;
}
