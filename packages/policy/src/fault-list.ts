import type { PolicyFault } from './fault.ts';
import type { TextPositions } from './json-reader.ts';

/** Gathers the faults of a text while it is read, and notes on what is right but worth knowing. */
export class FaultList {
  readonly faults: PolicyFault[] = [];
  readonly notes: PolicyFault[] = [];
  readonly #positions: TextPositions;

  constructor(positions: TextPositions) {
    this.#positions = positions;
  }

  add(path: string, at: number, problem: string, fix: string): void {
    this.faults.push({ path, ...this.#positions.locate(at), problem, fix });
  }

  note(path: string, at: number, problem: string, fix: string): void {
    this.notes.push({ path, ...this.#positions.locate(at), problem, fix });
  }

  /** Runs a part of the reading and returns the faults which it found. */
  faultsOf(read: () => void): readonly PolicyFault[] {
    const before = this.faults.length;
    read();
    return this.faults.slice(before);
  }
}
