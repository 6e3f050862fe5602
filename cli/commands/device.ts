// `liuhen device list`, `issue`, `return`, `report`, `maintain` and `history`: the body-cams of the running gateway.
import { fieldMatters } from '../../config/field-matters.ts';
import { maxBodyCams } from '../../config/settings-bodycam.ts';
import {
  maintainOutcomes,
  maxShownDevices,
  reportKinds,
  type DevicesAnswer,
  type DeviceView,
} from '../../gateway/bodycam/devices/device-requests.ts';
import {
  deviceLines,
  deviceTable,
  historyLines,
  issueLines,
} from '../../gateway/bodycam/devices/device-table.ts';
import { askControl } from '../../gateway/sessions/control-api.ts';
import type { CommandInput, CommandSpec } from '../command.ts';
import {
  askedBy,
  byOption,
  listOption,
  parseOfficer,
  runControlCommand,
  runWithControl,
  socketOptions,
  textOption,
} from './control-socket.ts';

const deviceArgument = {
  name: 'device',
  summary: { en: 'its number, or its serial number', zh: '设备编号或序列号' },
  required: true,
} as const;

export const deviceListCommand: CommandSpec = {
  name: 'device list',
  summary: { en: 'the body-cams: where they are, who has them', zh: '列出执法记录仪：所在和持有人' },
  options: socketOptions,
  json: true,
  run: (input) => runWithControl(input, askAll, ({ devices }) => deviceTable(devices, input.language)),
};

export const deviceIssueCommand: CommandSpec = {
  name: 'device issue',
  summary: { en: 'hand a body-cam to an officer, after a check', zh: '检查后将执法记录仪交执法人员领用' },
  args: [deviceArgument],
  options: [
    {
      flags: '--officer <name:certificate>',
      summary: { en: 'who takes it, with certificate number', zh: '领用人 姓名:证件号' },
      required: true,
    },
    {
      flags: '--matter <matter>',
      summary: {
        en: `what it is taken for: ${fieldMatters.join(', ')}`,
        zh: `事项：${fieldMatters.join(' ')}`,
      },
    },
    { flags: '--case <number>', summary: { en: 'the case number', zh: '案号' } },
    { flags: '--case-name <name>', summary: { en: 'the case name', zh: '案件名称' } },
    { flags: '--party <name...>', summary: { en: 'a party; repeat it', zh: '当事人，可重复' } },
    {
      flags: '--urgent',
      summary: {
        en: 'also with too little battery or card; never one that must not be used',
        zh: '电量或内存卡不足仍领用；停用的设备除外',
      },
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'issue',
      {
        device: input.args[0] ?? '',
        officer: parseOfficer(textOption(input, 'officer') ?? ''),
        matter: textOption(input, 'matter'),
        caseNumber: textOption(input, 'case'),
        caseName: textOption(input, 'caseName'),
        parties: listOption(input, 'party'),
        urgent: input.options['urgent'] === true,
        by: askedBy(input),
      },
      (answer) => issueLines(answer, input.language),
    ),
};

export const deviceReturnCommand: CommandSpec = {
  name: 'device return',
  summary: { en: 'a body-cam is back; docking it says so too', zh: '归还执法记录仪；放入采集站亦视为归还' },
  args: [deviceArgument],
  options: [byOption, ...socketOptions],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'return',
      { device: input.args[0] ?? '', by: askedBy(input) },
      ({ device, officer, seq, toDock, article }) => {
        const en = input.language === 'en';
        const cited = article === '' ? '' : ` [${article}]`;
        const said = en
          ? `${device} is back from ${officer.name}, #${seq}`
          : `${device} 已由 ${officer.name} 归还，#${seq}`;
        if (!toDock) return [said];
        return [
          said,
          (en ? 'put it into a dock: its footage has to be stored' : '请放入采集站：记录须存储') + cited,
        ];
      },
    ),
};

export const deviceReportCommand: CommandSpec = {
  name: 'device report',
  summary: {
    en: 'a fault (its use ends at once), a theft, a loss, a find',
    zh: '报告故障（立即停用）、被盗、丢失或找回',
  },
  args: [deviceArgument],
  options: [
    {
      flags: '--what <what>',
      summary: { en: reportKinds.join(', '), zh: reportKinds.join('、') },
      required: true,
    },
    { flags: '--detail <text>', summary: { en: 'what happened', zh: '具体情况' } },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'report',
      {
        device: input.args[0] ?? '',
        what: textOption(input, 'what'),
        detail: textOption(input, 'detail'),
        by: askedBy(input),
      },
      ({ device, seq }) => entered(input, device, seq),
    ),
};

export const deviceMaintainCommand: CommandSpec = {
  name: 'device maintain',
  summary: { en: 'enter upkeep or a repair, and what came of it', zh: '登记维护或维修及其结果' },
  args: [deviceArgument],
  options: [
    { flags: '--what <text>', summary: { en: 'what was done', zh: '维护内容' }, required: true },
    {
      flags: '--provider <name>',
      summary: { en: 'the professionals who did it', zh: '维修单位' },
      required: true,
    },
    {
      flags: '--outcome <outcome>',
      summary: { en: maintainOutcomes.join(', '), zh: maintainOutcomes.join('、') },
      required: true,
    },
    byOption,
    ...socketOptions,
  ],
  json: true,
  run: (input) =>
    runControlCommand(
      input,
      'maintain',
      {
        device: input.args[0] ?? '',
        what: textOption(input, 'what'),
        provider: textOption(input, 'provider'),
        outcome: textOption(input, 'outcome'),
        by: askedBy(input),
      },
      ({ device, seq }) => entered(input, device, seq),
    ),
};

export const deviceHistoryCommand: CommandSpec = {
  name: 'device history',
  summary: { en: 'what became of a body-cam, by the ledger', zh: '执法记录仪的台账记录' },
  args: [deviceArgument],
  options: socketOptions,
  json: true,
  run: (input) =>
    runControlCommand(input, 'device-history', { device: input.args[0] ?? '' }, (answer) =>
      historyLines(answer, input.language),
    ),
};

/** Every page; a register that changes meanwhile ends it, for what is behind it is asked for by name. */
async function askAll(socket: string): Promise<Pick<DevicesAnswer, 'devices' | 'count'>> {
  const devices: DeviceView[] = [];
  let after = '';
  let count = 0;
  for (let page = 0; page <= maxBodyCams / maxShownDevices; page += 1) {
    const answer = await askControl(socket, 'devices', { after });
    devices.push(...answer.devices);
    ({ count, next: after } = answer);
    if (after === '') break;
  }
  return { devices, count };
}

function entered({ language }: CommandInput, device: DeviceView, seq: number): string[] {
  return [language === 'en' ? `entered as #${seq}` : `已记入台账 #${seq}`, ...deviceLines(device, language)];
}
