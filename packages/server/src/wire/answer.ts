/** Fields of an answer, named as on the wire; `Secret`s are revealed by the encoder only. */
export type Answer = Readonly<Record<string, unknown>>;
