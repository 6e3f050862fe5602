// The one door to the package `yaml`: text in, plain values and the line of every path out.
import { LineCounter, isMap, isNode, isPair, isScalar, isSeq, parseDocument, stringify } from 'yaml';

/** Settings and credentials are small; anything larger is not what it claims to be. */
export const maxYamlBytes = 1024 * 1024;
/** References (`*name`) expand at most this many times, so that a few lines cannot become gigabytes. */
export const maxYamlAliases = 50;

export type YamlPath = readonly (string | number)[];

export interface YamlFault {
  readonly line: number;
  readonly message: string;
}

export interface ParsedYaml {
  /** Plain values; undefined when there are faults. */
  readonly value: unknown;
  /** Syntax faults and doubled keys. */
  readonly faults: readonly YamlFault[];
  /** The line (from 1) of the value, of its key, or of the nearest parent that is written down. */
  readonly lineOf: (path: YamlPath) => number;
}

/**
 * Parses one YAML 1.2 document. With `strings`, every scalar stays text (a password `0123` is not a number).
 * Never throws for bad text: it answers `faults`.
 */
export function parseYaml(text: string, options: { strings?: boolean } = {}): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    schema: options.strings ? 'failsafe' : 'core',
  });
  const faults: YamlFault[] = document.errors.map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    message: error.message,
  }));
  let value: unknown;
  if (faults.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: maxYamlAliases });
    } catch (error) {
      faults.push({ line: 1, message: error instanceof Error ? error.message : String(error) });
    }
  }
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line || 1;
  return {
    value,
    faults,
    lineOf: (path) => {
      let node: unknown = document.contents;
      let line = lineAt(isNode(node) ? node.range?.[0] : 0);
      for (const step of path) {
        if (isMap(node)) {
          const pair = node.items.find(
            (item) => isPair(item) && isScalar(item.key) && item.key.value === step,
          );
          if (!pair) break;
          if (isScalar(pair.key)) line = lineAt(pair.key.range?.[0]);
          node = pair.value;
        } else if (isSeq(node) && typeof step === 'number') {
          node = node.items[step];
          if (!isNode(node)) break;
          line = lineAt(node.range?.[0]);
        } else break;
      }
      return line;
    },
  };
}

/** Plain values as YAML 1.2; texts of several lines stay readable. */
export function yamlText(value: unknown): string {
  return stringify(value, { lineWidth: 118, aliasDuplicateObjects: false });
}
