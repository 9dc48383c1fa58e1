import type { PolicyFault } from './fault.ts';
import type { TextPositions } from './json-reader.ts';

/** Collects the faults of a text while it is parsed, and notes on valid but remarkable parts. */
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

  /** Runs a part of the parsing and returns the faults that it found. */
  faultsOf(read: () => void): readonly PolicyFault[] {
    const before = this.faults.length;
    read();
    return this.faults.slice(before);
  }
}
