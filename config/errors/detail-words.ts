// What stands in an error's details as a word of the product, in Chinese: a code word in a sentence for people is read by
// nobody. English texts keep the word, which is plain English with hyphens.
export const detailWords: Readonly<Record<string, string>> = {
  officers: '执法人员',
  'case-number': '案号',
  'case-name': '案由',
  parties: '当事人',
  stage: '执法环节',
  'explosion-risk': '爆炸危险区域无防爆设备',
  'secret-without-consent': '秘密或隐私未经同意',
  'by-law': '法律法规另有规定',
  who: '操作人',
  matter: '事项',
  note: '说明',
  officer: '执法人员',
  certificate: '执法证号',
  missing: '未填写',
  'too-long': '过长',
  'too-many': '过多',
  'not-text': '含有非文本字符',
  'unknown-matter': '无此事项',
};
