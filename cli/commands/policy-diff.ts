// `liuhen policy diff`: in what two packs differ on a day. Prints; what the packs say is config/policy's.
import { citations, parameters, parameterText, shownRule } from '../../config/policy/policy-text.ts';
import { wrap } from '../../gateway/health/display-width.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { chosenBook, chosenDay, policyOptions } from './policy-choice.ts';
import { rulesOf } from './policy-show.ts';

const indent = 4;
const columns = 80;

export const policyDiffCommand: CommandSpec = {
  name: 'policy diff',
  summary: { en: 'show in what two policy packs differ', zh: '比较两个制度包' },
  args: [
    { name: 'one', summary: { en: 'a policy pack', zh: '一个制度包' }, required: true },
    { name: 'other', summary: { en: 'another one', zh: '另一个制度包' }, required: true },
  ],
  options: policyOptions.filter(({ flags }) => /--(date|packs) /.test(flags)),
  json: true,
  run: async (input) => {
    const book = await chosenBook(input);
    const day = chosenDay(input);
    const [one = '', other = ''] = input.args;
    const policies = [book.on(one, day), book.on(other, day)] as const;
    const [left, right] = [rulesOf(policies[0]), rulesOf(policies[1])];
    // Other articles with the same value are the same rule for the room.
    const unlike = parameters.filter(
      (name) => JSON.stringify(left[name]?.value) !== JSON.stringify(right[name]?.value),
    );
    if (input.json) {
      const rows = unlike.map((name) => ({ parameter: name, [one]: left[name], [other]: right[name] }));
      input.out(JSON.stringify({ day, differences: rows }));
      return exitCodes.ok;
    }
    const zh = input.language === 'zh-CN';
    for (const name of unlike) {
      input.out(parameterText(name, input.language));
      for (const policy of policies) {
        const rule = shownRule(policy, name, input.language);
        const text = rule ? `${rule.value} [${citations(rule.articles)}]` : zh ? '未作规定' : 'silent';
        for (const line of wrap(`${policy.pack.id}: ${text}`, columns - indent))
          input.out(`${' '.repeat(indent)}${line}`);
      }
    }
    if (unlike.length === 0) input.out(zh ? '没有不同。' : 'No difference.');
    return exitCodes.ok;
  },
};
