// `liuhen policy explain`: why one parameter is as it is: its value, and the words of each article that makes it.
import { LiuhenError } from '../../config/errors.ts';
import { parameters, parameterText, shownRule, type Parameter } from '../../config/policy/policy-text.ts';
import { wrap } from '../../gateway/health/display-width.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { choosePolicy, policyOptions } from './policy-choice.ts';

const indent = 4;
const columns = 80;

export const policyExplainCommand: CommandSpec = {
  name: 'policy explain',
  summary: { en: 'show the words of the articles behind a rule', zh: '显示某项规定的条文原文' },
  args: [
    {
      name: 'parameter',
      summary: {
        en: 'such as notice, recording.hearing or field.sampling',
        zh: '如 notice、recording.hearing 或 field.sampling',
      },
      required: true,
    },
  ],
  options: policyOptions,
  json: true,
  run: async (input) => {
    const parameter = findParameter(input.args[0] ?? '');
    const { policy, day } = await choosePolicy(input);
    const rule = shownRule(policy, parameter, input.language);
    if (input.json) {
      input.out(JSON.stringify({ pack: policy.pack.id, day, parameter, rule }));
      return exitCodes.ok;
    }
    const zh = input.language === 'zh-CN';
    const title = `${parameterText(parameter, input.language)}  ${policy.pack.id}  ${day}`;
    for (const line of wrap(title, columns)) input.out(line);
    if (!rule) {
      const silent = zh
        ? `${policy.pack.agency['zh-CN']}的制度对此未作规定。`
        : `The rules of ${policy.pack.agency.en} are silent on it.`;
      for (const line of wrap(silent, columns)) input.out(line);
      return exitCodes.ok;
    }
    for (const line of wrap(rule.value, columns)) input.out(line);
    for (const { citation, words } of rule.articles) {
      input.out('');
      input.out(citation);
      for (const paragraph of words.split('\n'))
        for (const line of wrap(paragraph, columns - indent)) input.out(`${' '.repeat(indent)}${line}`);
    }
    return exitCodes.ok;
  },
};

/** `hearing` is short for `recording.hearing` where no parameter is called so. */
function findParameter(name: string): Parameter {
  const found =
    parameters.find((each) => each === name) ??
    parameters.find((each) => each === `recording.${name}` || each === `field.${name}`);
  if (found === undefined)
    throw new LiuhenError('POLICY_PARAMETER', { parameter: name, known: parameters.join(', ') });
  return found;
}
