/** Half a copy: something refers to what is not there. Nothing may be decided by the rest. */
export class IncompleteSnapshot extends Error {
  constructor(missing: string) {
    super(`the copy of the account lacks ${missing}`);
    this.name = 'IncompleteSnapshot';
  }
}
