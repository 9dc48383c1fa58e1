/** An answer's fields, as they are named on the wire; `Secret`s are revealed to the caller alone. */
export type Answer = Readonly<Record<string, unknown>>;
