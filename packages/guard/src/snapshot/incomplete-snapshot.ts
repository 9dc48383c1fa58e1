/** A record refers to one that is missing. No decision may be based on the rest. */
export class IncompleteSnapshot extends Error {
  constructor(missing: string) {
    super(`the copy of the account lacks ${missing}`);
    this.name = 'IncompleteSnapshot';
  }
}
