// The alarms of the feed in the words of people. What raises them is gateway-copy.ts's and headquarters.ts's.
import type { Language } from '../config/dictionary.ts';
import type { FeedFault } from './feed-event.ts';

const words: Readonly<Record<FeedFault, { readonly en: string; readonly zh: string }>> = {
  undecodable: { en: 'an entry cannot be read', zh: '记录无法解读' },
  'other-gateway': { en: 'an entry of another gateway', zh: '记录属于其他网关' },
  double: { en: 'an old number that is not stored here', zh: '旧编号在此无存档' },
  'sequence-gap': { en: 'entries are missing', zh: '记录编号不连续' },
  'previous-differs': { en: 'it does not follow the entry before', zh: '与前一条记录不衔接' },
  'epoch-goes-back': { en: 'an older start of the box speaks', zh: '设备启动序号倒退' },
  'body-differs': { en: 'the content is not the one that is chained', zh: '记录内容与链不符' },
  fork: { en: 'another entry has this number here', zh: '同一编号存在另一记录（分叉）' },
  'head-differs': { en: 'the box names another hash for this entry', zh: '设备所报台账头与存档不符' },
  'ledger-shorter': { en: 'the box has fewer entries than it had sent', zh: '设备台账短于已上报记录' },
  'key-unusable': { en: 'the announced key is no Ed25519 key', zh: '设备公钥不可用' },
  'key-changed': { en: 'another device key than the pinned one', zh: '设备密钥已改变' },
  'key-not-expected': {
    en: 'a device key that headquarters was not told of',
    zh: '设备密钥不在总部登记之列',
  },
  'key-unknown': { en: 'a signature before any key', zh: '签名先于公钥' },
  'signature-wrong': { en: 'the signature of a checkpoint or a seal is wrong', zh: '检查点或封存签名错误' },
  'checkpoint-differs': { en: 'a checkpoint signs another chain', zh: '检查点所签与存档不符' },
};

export function faultWords(fault: FeedFault, language: Language): string {
  return words[fault][language === 'en' ? 'en' : 'zh'];
}

/** Whether a stored name is one of today's alarms. */
export function namedFault(name: string): name is FeedFault {
  return Object.hasOwn(words, name);
}
