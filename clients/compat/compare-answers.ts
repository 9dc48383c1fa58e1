type Fields = Readonly<Record<string, unknown>>;

/** Differences of a typed answer from the raw one. */
export interface AnswerComparison {
  /** Leaves of the raw answer that the typed one has with the same value. */
  readonly equal: number;
  /** Leaves that differ. */
  readonly differences: readonly string[];
  /** Leaves of the raw answer that this version of the client has no field for, without positions in lists. */
  readonly unread: readonly string[];
}

/**
 * Compares a typed answer with the raw one, leaf by leaf. Old generations have fields in other letter case, lists
 * without the object around them, and numbers as text.
 */
export function compareAnswers(raw: Fields, typed: Fields): AnswerComparison {
  const found = { equal: 0, differences: [] as string[], unread: [] as string[] };
  compareFields(raw, typed, '', found);
  return { ...found, unread: [...new Set(found.unread)] };
}

interface Found {
  equal: number;
  readonly differences: string[];
  readonly unread: string[];
}

function compare(raw: unknown, typed: unknown, place: string, found: Found): void {
  if (isAbsent(raw) && isZero(typed)) return;
  if (isFields(raw)) {
    if (Array.isArray(typed)) {
      const [list, ...more] = Object.values(raw);
      if (Array.isArray(list) && more.length === 0) {
        compare(list, typed, place, found);
        return;
      }
    }
    if (isFields(typed)) {
      compareFields(raw, typed, place, found);
      return;
    }
  } else if (Array.isArray(raw) && Array.isArray(typed)) {
    if (raw.length !== typed.length)
      found.differences.push(`${place}: ${typed.length} of ${raw.length} items`);
    for (const [at, item] of raw.entries()) compare(item, typed[at], `${place}[]`, found);
    return;
  } else if (!isFields(typed) && !Array.isArray(typed) && String(raw) === String(typed)) {
    found.equal += 1;
    return;
  }
  found.differences.push(`${place}: ${shown(typed)} instead of ${shown(raw)}`);
}

function compareFields(raw: Fields, typed: Fields, place: string, found: Found): void {
  const fields = new Map(Object.entries(typed).map(([name, value]) => [spelled(name), value]));
  for (const [name, value] of Object.entries(raw)) {
    const at = place === '' ? name : `${place}.${name}`;
    const key = [spelled(name), `${spelled(name)}s`].find((one) => fields.has(one));
    const field = key === undefined ? undefined : fields.get(key);
    if (key !== undefined) fields.delete(key);
    if (field === undefined || field === null) {
      if (!isAbsent(value)) found.unread.push(...leaves(value, at));
    } else {
      compare(value, field, at, found);
    }
  }
  for (const [name, value] of fields) {
    if (!isZero(value))
      found.differences.push(`${place}.${name}: ${shown(value)}, which the raw answer does not have`);
  }
}

/** Old Java adds a number to names that it has already: `userName2`. */
function spelled(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('_', '')
    .replace(/(?<=\D)\d$/, '');
}

function leaves(value: unknown, place: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${place}[]`));
  if (!isFields(value)) return [place];
  return Object.entries(value).flatMap(([name, part]) => leaves(part, `${place}.${name}`));
}

/** Values that say as much as a field that is absent. */
function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return Array.isArray(value)
    ? value.every(isAbsent)
    : isFields(value) && Object.values(value).every(isAbsent);
}

/** Values that Go and old Java have for a field that is absent. */
function isZero(value: unknown): boolean {
  if (isAbsent(value) || value === 0 || value === false) return true;
  return Array.isArray(value) ? value.every(isZero) : isFields(value) && Object.values(value).every(isZero);
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
}
