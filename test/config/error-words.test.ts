// A sentence for people holds no code word: what an error's details name is said in the reader's language.
import t from 'tap';
import { LiuhenError } from '../../config/errors.ts';
import { detailWords } from '../../config/errors/detail-words.ts';
import { forbiddenGrounds } from '../../config/policy/policy-schema.ts';
import { wordText } from '../../config/policy/policy-text.ts';
import { demandNames } from '../../gateway/sessions/session-rules.ts';

t.test(
  'H1: every ground and every paper has its word, and it is the one that the packs are shown with',
  (t) => {
    for (const ground of forbiddenGrounds) t.equal(detailWords[ground], wordText(ground, 'zh-CN'));
    for (const demand of demandNames) t.match(detailWords[demand], /\p{Script=Han}/u);
    t.end();
  },
);

t.test('a refusal says it in the language of the reader, and a name that looks like a word stays', (t) => {
  const missing = new LiuhenError('SESSION_DETAIL_MISSING', { detail: 'case-name', article: 'ZZ 48' });
  t.match(missing.text('zh-CN'), '必须提供事项的 案由（ZZ 48）');
  t.match(missing.text('en'), 'case-name');
  const forbidden = { room: 'officers', ground: 'by-law', article: 'JZ 8(3)' };
  t.match(
    new LiuhenError('SESSION_FORBIDDEN', forbidden).text('zh-CN'),
    '房间 officers 不得音像记录：法律法规另有规定',
  );
  t.end();
});
