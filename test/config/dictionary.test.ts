// The words of the trade are those of the rules.
import t from 'tap';
import { dictionary } from '../../config/dictionary.ts';

t.test('A1 A2 A4: rooms and matters carry the names that the rules give them', (t) => {
  const zh = dictionary('zh-CN');
  t.equal(zh.roomKinds.reception, '信访接待室');
  t.equal(zh.sessionKinds.interview, '约谈');
  t.equal(zh.sessionKinds['expert-review'], '专家评审会');
  t.end();
});

t.test('no word is empty, and both languages have the same words', (t) => {
  const en = dictionary('en');
  const zh = dictionary('zh-CN');
  for (const [group, words] of Object.entries(en) as [keyof typeof en, Record<string, string>][]) {
    const others = zh[group] as Record<string, string>;
    t.same(Object.keys(others).toSorted(), Object.keys(words).toSorted(), group);
    for (const text of [...Object.values(words), ...Object.values(others)]) t.not(text.trim(), '');
  }
  t.end();
});
