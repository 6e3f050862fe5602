// The day's results as lines of at most 80 columns.
import { fit, wrap } from '../gateway/health/display-width.ts';

export interface Result {
  readonly what: string;
  readonly good: boolean;
  readonly detail: string;
}

const columns = 80;
const indent = 5;

/** One row a result; details go on below it where they are long. */
export function resultTable(results: readonly Result[]): string[] {
  const lines = ['-'.repeat(columns)];
  for (const { what, good, detail } of results) {
    lines.push(fit(`${good ? 'ok  ' : 'FAIL'} ${what}`, columns).trimEnd());
    lines.push(...wrap(detail, columns - indent).map((line) => ' '.repeat(indent) + line));
  }
  lines.push('-'.repeat(columns));
  return lines;
}
