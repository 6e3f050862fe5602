// What a policy says, in words for people: zh-CN and English, lines of at most 80 columns' worth of words where the
// caller wraps them. Which pack and day is the callers' choice.
import type { Language } from '../dictionary.ts';
import { fieldMatters, fieldMatterText, isFieldMatter, type FieldMatter } from '../field-matters.ts';
import { matters, ruleNames, type Matter, type RuleName, type Span } from './policy-schema.ts';
import type { CitedArticle, Policy } from './policy-book.ts';

interface Named {
  readonly zh: string;
  readonly en: string;
}

/** A parameter by its name in a pack; `recording.<matter>` and `field.<matter>` for the duties to record. */
export type Parameter = RuleName | `recording.${Matter}` | `field.${FieldMatter}`;
export const parameters: readonly Parameter[] = [
  ...matters.map((matter) => `recording.${matter}` as const),
  ...fieldMatters.map((matter) => `field.${matter}` as const),
  ...ruleNames,
];

const matterNames: Readonly<Record<Matter, Named>> = {
  reception: { zh: '信访接待室', en: 'petition reception' },
  hall: { zh: '服务大厅', en: 'service hall' },
  interview: { zh: '约谈', en: 'interview' },
  inquiry: { zh: '询问', en: 'inquiry' },
  reconsideration: { zh: '行政复议', en: 'reconsideration' },
  hearing: { zh: '听证', en: 'hearing' },
  'expert-review': { zh: '专家评审', en: 'expert review' },
  statement: { zh: '陈述', en: 'statement' },
  defence: { zh: '申辩', en: 'defence' },
  'case-place': { zh: '执法办案场所', en: 'case-handling place' },
};

const ruleTitles: Readonly<Record<RuleName, Named>> = {
  notice: { zh: '告知', en: 'notice' },
  preamble: { zh: '开场语音说明', en: 'spoken preamble' },
  noPause: { zh: '不得断续记录', en: 'no pause' },
  interruption: { zh: '中止记录', en: 'on interruption' },
  interruptionCauses: { zh: '中止原因', en: 'causes of interruption' },
  checkBeforeUse: { zh: '使用前检查', en: 'check before use' },
  startWithFault: { zh: '带故障启动', en: 'start with a fault' },
  officers: { zh: '执法人员', en: 'officers' },
  content: { zh: '应载明内容', en: 'content' },
  bothInView: { zh: '双方入画', en: 'both in view' },
  keyMoments: { zh: '重点摄录内容', en: 'key moments' },
  urgentStart: { zh: '紧急启动后补办', en: 'papers after an urgent start' },
  forbidden: { zh: '不得音像记录', en: 'recording forbidden' },
  preRoll: { zh: '预录', en: 'pre-roll' },
  offload: { zh: '存储期限', en: 'offload within' },
  offloadAfterReturn: { zh: '返回后存储期限', en: 'offload after return' },
  caseFile: { zh: '归档期限', en: 'case file formed within' },
  baseRetention: { zh: '一般保存期限', en: 'base retention' },
  supervisionRetention: { zh: '监督保障类保存期限', en: 'retention, supervision class' },
  supplementaryRetention: { zh: '补强证据类保存期限', en: 'retention, supplementary' },
  patrolRetention: { zh: '日常巡查保存期限', en: 'retention, daily patrol' },
  evidenceRetention: { zh: '证据保存期限', en: 'evidence retention' },
  litigationHold: { zh: '诉讼期间保存', en: 'litigation hold' },
  longTerm: { zh: '长期保存情形', en: 'long-term triggers' },
  copyApprover: { zh: '复制批准人', en: 'copy approved by' },
  viewingApproval: { zh: '查阅批准人', en: 'viewing approved by' },
  editingBan: { zh: '禁止编辑删除', en: 'editing and deleting banned' },
};

/** The words that the shipped packs use; an agency's own words are shown as they stand. */
const wordNames: Readonly<Record<string, Named>> = {
  'whole-working-time': { zh: '工作时间全程开启', en: 'whole working time' },
  must: { zh: '应当音像记录', en: 'must' },
  'as-needed': { zh: '根据实际情况', en: 'as needed' },
  may: { zh: '可以', en: 'may' },
  'text-only': { zh: '仅文字记录', en: 'in writing only' },
  before: { zh: '事先', en: 'before' },
  first: { zh: '开启时首先', en: 'first, as recording opens' },
  'after-preamble': { zh: '语音说明之后', en: 'after the preamble' },
  time: { zh: '时间', en: 'time' },
  'start-and-end': { zh: '开始和结束时间', en: 'start and end' },
  place: { zh: '地点', en: 'place' },
  officers: { zh: '执法人员', en: 'officers' },
  matter: { zh: '执法事项', en: 'matter' },
  object: { zh: '执法对象', en: 'object' },
  stage: { zh: '执法环节', en: 'stage' },
  parties: { zh: '当事人', en: 'parties' },
  case: { zh: '案由', en: 'case' },
  device: { zh: '设备编号', en: 'device number' },
  process: { zh: '执法过程', en: 'process' },
  evidence: { zh: '证据', en: 'evidence' },
  measures: { zh: '采取措施', en: 'measures taken' },
  'spoken-cause': { zh: '恢复时语音说明原因', en: 'cause spoken on resume' },
  'report-to-head': { zh: '向部门负责人报告', en: 'report to the department head' },
  'written-explanation': { zh: '事后书面说明', en: 'written explanation' },
  'key-steps': { zh: '记录重要环节', en: 'at least the key steps' },
  'device-fault': { zh: '设备故障', en: 'device fault' },
  damage: { zh: '设备损坏', en: 'damage' },
  'low-battery': { zh: '电量不足', en: 'low battery' },
  'storage-full': { zh: '存储空间不足', en: 'storage full' },
  'bad-weather': { zh: '天气恶劣', en: 'bad weather' },
  obstruction: { zh: '现场人员阻挠', en: 'obstruction' },
  performance: { zh: '设备性能', en: 'performance' },
  battery: { zh: '电量', en: 'battery' },
  card: { zh: '内存卡空间', en: 'memory card' },
  storage: { zh: '存储空间', en: 'storage' },
  upkeep: { zh: '维护保养', en: 'upkeep' },
  yes: { zh: '是', en: 'yes' },
  no: { zh: '否', en: 'no' },
  'without-faulty-device': { zh: '停用故障设备', en: 'without the faulty device' },
  'vanishing-evidence': { zh: '易灭失的证据', en: 'evidence that vanishes' },
  'words-and-appearance': { zh: '言行及面貌特征', en: 'words and appearance' },
  interview: { zh: '约谈询问内容', en: 'interview content' },
  'non-cooperation': { zh: '不配合执法', en: 'non-cooperation' },
  'identity-check': { zh: '核实身份', en: 'identity check' },
  'notice-read-out': { zh: '宣读事项通知书', en: 'notice read out' },
  statement: { zh: '陈述申辩内容', en: 'statement and defence' },
  signing: { zh: '签收确认文书', en: 'signing' },
  surroundings: { zh: '现场环境', en: 'surroundings' },
  people: { zh: '现场人员', en: 'people present' },
  'service-of-documents': { zh: '制作、送达文书', en: 'service of documents' },
  other: { zh: '其他', en: 'other' },
  'explosion-risk': { zh: '爆炸危险区域无防爆设备', en: 'explosion risk without a proof device' },
  'secret-without-consent': { zh: '秘密或隐私未经同意', en: 'secret or privacy without consent' },
  'by-law': { zh: '法律法规另有规定', en: 'others by law' },
  'memory-only': { zh: '仅在内存，不用即弃', en: 'in memory only, discarded unused' },
  'end-of-day': { zh: '每天工作结束后', en: 'end of each working day' },
  'case-file': { zh: '与案卷一致', en: 'as long as the case file' },
  'archives-law': { zh: '依档案法', en: 'by the archives law' },
  'compulsory-measures': { zh: '采取强制措施', en: 'compulsory measures' },
  'objection-complaint-petition': { zh: '异议、投诉、上访', en: 'objection, complaint, petition' },
  evasion: { zh: '逃避', en: 'evasion' },
  'refusal-obstruction-abuse': {
    zh: '拒绝、阻碍、谩骂、侮辱、殴打',
    en: 'refusal, obstruction, abuse, assault',
  },
  'mass-or-sudden-incident': { zh: '群体性、突发事件', en: 'mass or sudden incident' },
};

const spanNames: Readonly<Record<string, Named>> = {
  hours: { zh: '小时', en: 'hours' },
  days: { zh: '日', en: 'days' },
  workingDays: { zh: '个工作日', en: 'working days' },
  months: { zh: '个月', en: 'months' },
  years: { zh: '年', en: 'years' },
};

/** A word of a pack, or a matter of field work, for people; one that is not known is shown as it stands. */
export function wordText(word: string, language: Language): string {
  const named = Object.hasOwn(wordNames, word) ? wordNames[word] : undefined;
  if (named !== undefined) return language === 'zh-CN' ? named.zh : named.en;
  return isFieldMatter(word) ? fieldMatterText(word, language) : word;
}

export function parameterText(parameter: Parameter, language: Language): string {
  const fieldMatter = fieldMatterOf(parameter);
  if (fieldMatter !== null) return fieldMatterText(fieldMatter, language);
  const named = parameter.startsWith('recording.')
    ? matterNames[parameter.slice('recording.'.length) as Matter]
    : ruleTitles[parameter as RuleName];
  return language === 'zh-CN' ? named.zh : named.en;
}

function fieldMatterOf(parameter: Parameter): FieldMatter | null {
  const word = parameter.startsWith('field.') ? parameter.slice('field.'.length) : '';
  return isFieldMatter(word) ? word : null;
}

/** A parameter on its day: the value in words and its articles; null where the rules are silent. */
export interface ShownRule {
  readonly value: string;
  readonly articles: readonly CitedArticle[];
}

export function shownRule(policy: Policy, parameter: Parameter, language: Language): ShownRule | null {
  const fieldMatter = fieldMatterOf(parameter);
  const ruling =
    fieldMatter !== null
      ? policy.field(fieldMatter)
      : parameter.startsWith('recording.')
        ? policy.recording(parameter.slice('recording.'.length) as Matter)
        : policy.rule(parameter as RuleName);
  return ruling && { value: valueText(ruling.value, language), articles: ruling.articles };
}

/** The citations of a ruling in one text: `HY 7(1), 9(4)` keeps the short name of each, because packs mix. */
export function citations(articles: readonly CitedArticle[]): string {
  return articles.map(({ citation }) => citation).join(', ');
}

function valueText(value: unknown, language: Language): string {
  const zh = language === 'zh-CN';
  if (value === true) return zh ? '是' : 'yes';
  if (typeof value === 'string') return wordText(value, language);
  if (Array.isArray(value)) return value.map((each) => valueText(each, language)).join(zh ? '、' : ', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('least' in value && 'certificates' in value) {
    const least = String(value.least);
    if (value.certificates !== true) return zh ? `不少于 ${least} 人` : `at least ${least}`;
    return zh ? `不少于 ${least} 人，姓名和执法证号` : `at least ${least}, name and certificate number`;
  }
  if ('keep' in value && 'matters' in value) {
    const keep = spanText(value.keep as Span, language);
    const of = value.matters as readonly FieldMatter[];
    const named = of.map((matter) => fieldMatterText(matter, language)).join(zh ? '，' : '; ');
    if (named === '') return keep;
    return `${keep}${zh ? '：' : ': '}${named}`;
  }
  if ('when' in value) {
    const when = wordText(String(value.when), language);
    if (!('words' in value) || typeof value.words !== 'string') return when;
    return zh ? `${when}：“${value.words}”` : `${when}: “${value.words}”`;
  }
  return spanText(value as Span, language);
}

/** `2 working days`, `2个工作日`. */
export function spanText(span: Span, language: Language): string {
  return Object.entries(span)
    .map(([unit, count]) => {
      const named = spanNames[unit];
      if (language === 'zh-CN') return `${count} ${named?.zh ?? unit}`;
      const plural = named?.en ?? unit;
      return `${count} ${count === 1 ? plural.replace(/s$/, '') : plural}`;
    })
    .join(' ');
}
