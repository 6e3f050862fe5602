// What each of the shipped packs says of interruptions, and that silence is told as silence.
import t from 'tap';
import { loadPolicies } from '../../../config/policy/load-policies.ts';
import { interruptionCauses } from '../../../config/policy/policy-schema.ts';
import { debtText, interruptionRules } from '../../../gateway/interruptions/interruption-rules.ts';

const policies = await loadPolicies();
const all = [...interruptionCauses];
const silent = { packSilent: true, causes: all, causesArticle: '' };
const mute = { ...silent, article: '', causeStated: false, debts: [], keySteps: [] };

const packs: Readonly<Record<string, object>> = {
  'jiaozuo-emergency': {
    packSilent: false,
    causes: all,
    causesArticle: 'JZ 11',
    article: 'JZ 11',
    causeStated: true,
    debts: ['report-to-head', 'written-explanation'],
    keySteps: [],
  },
  'culture-tourism': {
    packSilent: false,
    causes: ['device-fault', 'bad-weather', 'obstruction'],
    causesArticle: 'CT 14',
    article: 'CT 14',
    causeStated: true,
    debts: ['written-explanation'],
    keySteps: [],
  },
  'zhuzhou-urban': {
    ...silent,
    article: 'ZZ 49',
    causeStated: false,
    debts: ['key-steps'],
    keySteps: [
      'surroundings',
      'words-and-appearance',
      'evidence',
      'measures',
      'service-of-documents',
      'other',
    ],
  },
  'hengyang-industry': mute,
  'fushun-industry': mute,
  strictest: {
    packSilent: false,
    causes: all,
    causesArticle: 'JZ 11, CT 14',
    article: 'JZ 11, CT 14, ZZ 49',
    causeStated: true,
    debts: ['report-to-head', 'written-explanation', 'key-steps'],
  },
};

for (const [pack, expected] of Object.entries(packs))
  t.test(`C3, C4, C5: what ${pack} says of an interruption, with its articles`, (t) => {
    t.match(interruptionRules(policies.inForce(pack, '2026-06-01')), expected);
    t.end();
  });

t.test('the table has every pack there is', (t) => {
  t.same([...policies.ids].toSorted(), Object.keys(packs).toSorted());
  t.end();
});

t.test('C5: strictest names the key steps of its key moments', (t) => {
  const { keySteps } = interruptionRules(policies.inForce('strictest', '2026-06-01'));
  t.ok(keySteps.includes('surroundings') && keySteps.includes('signing'));
  t.end();
});

t.test('C4: a debt says that no rule gives its deadline', (t) => {
  t.match(debtText('written-explanation'), /^the written explanation .*the rules give no deadline/);
  t.end();
});
