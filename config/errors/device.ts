// Refusals of what people do with body-cams: issue, return, report and upkeep.
import type { ErrorText } from '../errors.ts';

export const deviceErrors = {
  DEVICE_MISSING: {
    en: 'A body-cam must be named, by its number or its serial number. "liuhen device list" shows them.',
    zh: '必须指定执法记录仪（设备编号或序列号）。可用 liuhen device list 查看。',
  },
  DEVICE_UNKNOWN: {
    en: 'There is no body-cam "{device}" in the register. "liuhen device list" shows those that there are.',
    zh: '登记册中没有执法记录仪“{device}”。可用 liuhen device list 查看。',
  },
  DEVICE_ELSEWHERE: {
    en: 'Body-cam "{device}" belongs to gateway {gateway}; nothing was entered here.',
    zh: '执法记录仪“{device}”属于网关 {gateway}；此处未作任何记录。',
  },
  DEVICE_GONE: {
    en: 'Body-cam "{device}" is gone since {since}: {what}. When it is there again, report it found first.',
    zh: '执法记录仪“{device}”自 {since} 起不在：{whatZh}。找回后请先报告 found。',
  },
  DEVICE_NOT_GONE: {
    en: 'Body-cam "{device}" was not reported stolen or lost; nothing was entered.',
    zh: '执法记录仪“{device}”没有被盗或丢失的报告；未作任何记录。',
  },
  DEVICE_OUT_OF_USE: {
    en: 'Body-cam "{device}" must not be used since {since}: {why} ({article}). Enter its repair first.',
    zh: '执法记录仪“{device}”自 {since} 起停用：{whyZh}（{article}）。请先登记维修结果。',
  },
  DEVICE_ISSUED: {
    en: 'Body-cam "{device}" is with {officer} since {since}. It has to be returned before somebody else takes it.',
    zh: '执法记录仪“{device}”自 {since} 起由 {officer} 领用，须先归还再领用。',
  },
  DEVICE_NOT_ISSUED: {
    en: 'Body-cam "{device}" is issued to nobody; nothing was entered.',
    zh: '执法记录仪“{device}”未被领用；未作任何记录。',
  },
  DEVICE_DOUBLE: {
    en: 'Two devices tell the serial number of body-cam "{device}". Take the other one away, and dock this one again.',
    zh: '有两台设备的序列号与执法记录仪“{device}”相同。请移走另一台，再重新放入采集站。',
  },
  DEVICE_OFFICER: {
    en: 'Body-cam "{device}" is handed to an officer with name and certificate number, given as NAME:CERTIFICATE.',
    zh: '领用执法记录仪“{device}”须提供姓名和证件号，格式为 姓名:证件号。',
  },
  DEVICE_CHECK_FAILED: {
    en: 'Body-cam "{device}" is not ready: {faults} ({article}). Take another one; an urgent issue is not held up.',
    zh: '执法记录仪“{device}”不满足使用条件：{faultsZh}（{article}）。请改用其他设备；紧急领用不受此限。',
  },
  DEVICE_PROVIDER_MISSING: {
    en: 'Who did the upkeep of body-cam "{device}" is needed: repairs are for professionals ({article}).',
    zh: '必须填写执法记录仪“{device}”的维护单位：维修应由专业部门进行（{article}）。',
  },
} as const satisfies Record<string, ErrorText>;
