// The text of dock.h: the numbers of limits.ts and the enums of messages.ts for firmware in C. `npm run docs` writes
// it, a test compares.
import * as limits from './limits.ts';
import { refusalWords, stepWords, targetWords, lampWords } from './messages.ts';

export function dockHeaderText(): string {
  const lines = [
    '/* The numbers of the dock protocol. Made from limits.ts and messages.ts by `npm run docs`: change them there.',
    ' * What they mean is in SPEC.md. */',
    '#ifndef LIUHEN_DOCK_H',
    '#define LIUHEN_DOCK_H',
    '',
  ];
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value === 'number') lines.push(`#define ${constant(name)} ${value}u`);
    else lines.push('', ...defines(name, Object.entries(value)), '');
  }
  for (const [name, words] of Object.entries({ refusal: refusalWords, lampWords, targetWords, stepWords }))
    lines.push(
      '',
      ...defines(
        name.replace('Words', ''),
        words.map((word, number) => [word, number]),
      ),
    );
  lines.push('', '#endif');
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

function defines(prefix: string, pairs: readonly (readonly [string, number])[]): string[] {
  const one = prefix.replace(/s$/, '');
  return pairs.map(([word, number]) => `#define ${constant(`${one}-${word}`)} ${number}u`);
}

function constant(name: string): string {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/-/g, '_');
  return `LH_DOCK_${snake.replace(/^dock_?/i, '').toUpperCase()}`;
}
