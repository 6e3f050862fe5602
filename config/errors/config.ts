// Faults of the settings, the command line and the surroundings.
import type { ErrorText } from '../errors.ts';

export const configErrors = {
  SETTINGS_UNREADABLE: {
    en: 'The settings file {file} cannot be read ({why}). Name it with --config.',
    zh: '无法读取设置文件 {file}（{why}）。请用 --config 指定。',
  },
  SETTINGS_FAULTY: {
    en: '{count} fault(s) in the settings {file}. Every setting is explained in config/reference.md.\n{faults}',
    zh: '设置文件 {file} 有 {count} 处错误。各项说明见 config/reference.md。\n{faultsZh}',
  },
  POLICY_UNREADABLE: {
    en: 'The policy packs in {file} cannot be read ({why}).',
    zh: '无法读取 {file} 中的制度包（{why}）。',
  },
  POLICY_FAULTY: {
    en: '{count} fault(s) in the policy packs. The form is explained in config/policies/README.md.\n{faults}',
    zh: '制度包有 {count} 处错误。格式见 config/policies/README.md。\n{faults}',
  },
  POLICY_UNKNOWN: {
    en: 'There is no policy pack {pack}. There are: {known}.',
    zh: '没有制度包 {pack}。可用的有：{known}。',
  },
  POLICY_NOT_YET: {
    en: 'The policy pack {pack} applies from {from} on, not on {day}.',
    zh: '制度包 {pack} 自 {from} 起施行，{day} 尚不适用。',
  },
  POLICY_OPTION: {
    en: 'The option {option} is missing or cannot be used; see liuhen policy show --help.',
    zh: '缺少选项 {option} 或其值无效；请参阅 liuhen policy show --help。',
  },
  POLICY_PARAMETER: {
    en: 'There is no parameter {parameter} in a policy pack. There are: {known}.',
    zh: '制度包没有参数 {parameter}。可用的有：{known}。',
  },
  CALENDAR_YEAR_MISSING: {
    en: 'The working days of {year} are not known; known are {known}. Bring the calendar with liuhen calendar import.',
    zh: '没有 {year} 年的工作日历；已有：{known}。请用 liuhen calendar import 导入。',
  },
  CALENDAR_YEAR: {
    en: '{year} is not a year of this century, such as 2026.',
    zh: '{year} 不是有效年份；应如 2026。',
  },
  CALENDAR_UNREADABLE: {
    en: 'The calendar {file} cannot be read ({why}).',
    zh: '无法读取日历 {file}（{why}）。',
  },
  CALENDAR_FAULTY: {
    en: '{count} fault(s) in the calendar.\n{faults}',
    zh: '日历有 {count} 处错误。\n{faults}',
  },
  RUN_ALREADY: {
    en: 'Another `liuhen run` works on {folder}{holder}. Stop it first, or give this one its own data folder.',
    zh: '另一个 liuhen run 正在使用 {folder}{holder}。请先停止它，或为本实例指定其他数据目录。',
  },
  RUN_FOLDER: {
    en: 'The folder {folder} cannot be made or used ({why}). It must belong to the user of the service.',
    zh: '无法创建或使用目录 {folder}（{why}）。该目录必须属于运行服务的用户。',
  },
} as const satisfies Record<string, ErrorText>;
