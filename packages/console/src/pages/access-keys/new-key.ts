/** New key or other credential with a secret. */
export interface NewKey {
  readonly id: string;
  readonly secret: string;
}
