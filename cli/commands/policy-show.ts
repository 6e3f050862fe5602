// `liuhen policy show`: everything that one pack says on a day, or what applies to a room. Prints; what the packs say
// is config/policy's.
import {
  citations,
  parameters,
  parameterText,
  shownRule,
  type Parameter,
} from '../../config/policy/policy-text.ts';
import type { Policy } from '../../config/policy/policy-book.ts';
import { fit, wrap } from '../../gateway/health/display-width.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { choosePolicy, policyOptions } from './policy-choice.ts';

const nameWidth = 30;
const columns = 80;

export const policyShowCommand: CommandSpec = {
  name: 'policy show',
  summary: { en: 'show what the rules say, with their articles', zh: '显示制度规定及其条文' },
  options: policyOptions,
  json: true,
  run: async (input) => {
    const { policy, room, day } = await choosePolicy(input);
    if (input.json) {
      input.out(
        JSON.stringify({ pack: policy.pack.id, day, room: room?.id ?? null, rules: rulesOf(policy) }),
      );
      return exitCodes.ok;
    }
    for (const line of heading(policy, day, input, room?.name)) input.out(line);
    for (const parameter of parameters)
      for (const line of ruleLines(policy, parameter, input.language)) input.out(line);
    return exitCodes.ok;
  },
};

/** Every parameter by name: its value and citations as the pack has them; null where the rules are silent. */
export function rulesOf(
  policy: Policy,
): Record<string, { value: unknown; articles: readonly string[] } | null> {
  const { recording, field, rules } = policy.version;
  const all = [
    ...Object.entries(recording).map(([name, rule]) => [`recording.${name}`, rule] as const),
    ...Object.entries(field).map(([name, rule]) => [`field.${name}`, rule] as const),
    ...Object.entries(rules),
  ];
  return Object.fromEntries(all.map(([name, rule]) => [name, rule === 'silent' ? null : rule]));
}

function heading(policy: Policy, day: string, { language }: CommandInput, room?: string): string[] {
  const { id, agency, document } = policy.pack;
  const title = [agency[language], document.title, document.number].filter((part) => part !== '').join('  ');
  return [
    ...wrap(`${id}  ${day}${room === undefined ? '' : `  ${room}`}`, columns),
    ...wrap(title, columns),
    '',
  ];
}

function ruleLines(policy: Policy, parameter: Parameter, language: 'en' | 'zh-CN'): string[] {
  const name = fit(parameterText(parameter, language), nameWidth);
  const rule = shownRule(policy, parameter, language);
  if (!rule) return [`${name}${language === 'zh-CN' ? '未作规定' : 'silent'}`];
  const body = wrap(`${rule.value} [${citations(rule.articles)}]`, columns - nameWidth);
  return body.map((line, index) => `${index === 0 ? name : ' '.repeat(nameWidth)}${line}`);
}
