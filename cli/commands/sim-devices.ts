// `liuhen sim devices`, `dock`, `pull`, `record`, `act` and `fault`: hands at the devices of a simulated site that runs
// in another process. What the words mean is hw-sim's.
import { siteControl, type SiteControl } from '../../hw-sim/control-client.ts';
import { panelActs, type PanelActName } from '../../hw-sim/control-protocol.ts';
import { bodyCamFaultMeanings, type BodyCamFaultName } from '../../hw-sim/dock/body-cam-faults.ts';
import { dockFaultMeanings, type DockFaultName } from '../../hw-sim/dock/dock-faults.ts';
import {
  dockActs,
  type BodyCamSummary,
  type DockActName,
  type DockSummary,
} from '../../hw-sim/dock/dock-words.ts';
import { LiuhenError } from '../../config/errors.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { listOption, textOption } from './control-socket.ts';

/** As hw-sim/site.example.yaml has it. */
const usualControlPort = '18100';

const controlOption = {
  flags: '--control <port>',
  summary: { en: 'its control port (18100)', zh: '模拟器控制端口（18100）' },
} as const;
const bodyCamArgument = {
  name: 'bodyCam',
  summary: { en: 'id of the body-cam', zh: '执法记录仪标识' },
  required: true,
} as const;
const deviceArgument = {
  name: 'device',
  summary: { en: 'id of the device', zh: '设备标识' },
  required: true,
} as const;

export const simDevicesCommand: CommandSpec = {
  name: 'sim devices',
  summary: { en: 'docks and body-cams of the simulated site', zh: '列出模拟站点的采集站与执法记录仪' },
  options: [controlOption],
  json: true,
  run: async (input) => {
    const control = controlOf(input);
    const [docks, bodyCams] = await Promise.all([control.docks(), control.bodyCams()]);
    return answer(input, { docks, bodyCams }, [
      ...docks.flatMap((dock) => dockLines(dock)),
      ...bodyCams.map((one) => bodyCamLine(one, input.language)),
    ]);
  },
};

export const simDockCommand: CommandSpec = {
  name: 'sim dock',
  summary: { en: 'put a body-cam into a slot', zh: '将执法记录仪放入槽位' },
  args: [bodyCamArgument],
  options: [
    { flags: '--dock <id>', summary: { en: 'the dock (the first)', zh: '采集站（默认第一台）' } },
    {
      flags: '--slot <number>',
      summary: { en: 'the slot (the first empty one)', zh: '槽位（默认第一个空位）' },
    },
    controlOption,
  ],
  json: true,
  run: async (input) => {
    const control = controlOf(input);
    const docks = await control.docks();
    const id = textOption(input, 'dock') ?? docks[0]?.id ?? '';
    const dock = docks.find((one) => one.id === id);
    const slot = textOption(input, 'slot') ?? dock?.slots.find(({ bodyCam }) => bodyCam === null)?.slot ?? 0;
    const now = await control.actDock(id, 'dock', { slot: Number(slot), bodyCam: input.args[0] ?? '' });
    return answer(input, now, dockLines(now));
  },
};

export const simPullCommand: CommandSpec = {
  name: 'sim pull',
  summary: { en: 'pull a body-cam out of its slot', zh: '将执法记录仪从槽位拔出' },
  args: [bodyCamArgument],
  options: [controlOption],
  json: true,
  run: async (input) => {
    const control = controlOf(input);
    const { docked } = await control.bodyCam(input.args[0] ?? '');
    if (docked) await control.actDock(docked.dock, 'pull', { slot: docked.slot });
    const now = await control.bodyCam(input.args[0] ?? '');
    return answer(input, now, [bodyCamLine(now, input.language)]);
  },
};

export const simRecordCommand: CommandSpec = {
  name: 'sim record',
  summary: { en: 'have a body-cam record a clip', zh: '让执法记录仪录制一段视频' },
  args: [bodyCamArgument],
  options: [
    { flags: '--seconds <number>', summary: { en: 'its length (2)', zh: '时长，秒（2）' } },
    { flags: '--bytes <number>', summary: { en: 'its size instead', zh: '或指定字节数' } },
    { flags: '--minutes-ago <number>', summary: { en: 'when it began', zh: '开始于多少分钟前' } },
    { flags: '--case <text>', summary: { en: 'the mark of a case on it', zh: '案件标记' } },
    controlOption,
  ],
  json: true,
  run: async (input) => {
    const [bytes, seconds, minutesAgo] = ['bytes', 'seconds', 'minutesAgo'].map((key) =>
      numberOf(input, key),
    );
    const caseMark = textOption(input, 'case');
    const now = await controlOf(input).actBodyCam(input.args[0] ?? '', 'record', {
      ...(bytes === undefined ? {} : { bytes }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(minutesAgo === undefined ? {} : { minutesAgo }),
      ...(caseMark === undefined ? {} : { caseMark }),
    });
    return answer(input, now, [bodyCamLine(now, input.language)]);
  },
};

export const simActCommand: CommandSpec = {
  name: 'sim act',
  summary: {
    en: 'hands at a dock or a panel: unplug, plug, reboot, press, door-open …',
    zh: '操作采集站或面板：unplug、reboot 等',
  },
  args: [deviceArgument, { name: 'act', summary: { en: 'what is done', zh: '动作' }, required: true }],
  options: [
    { flags: '--for-ms <number>', summary: { en: 'how long a button is held', zh: '按键按住的毫秒数' } },
    { flags: '--value <number>', summary: { en: 'what a sensor shows', zh: '传感器读数' } },
    controlOption,
  ],
  json: true,
  run: async (input) => {
    const control = controlOf(input);
    const [id = '', act = ''] = input.args;
    if ((await control.docks()).some((dock) => dock.id === id)) {
      const dock = await control.actDock(id, among<DockActName>(act, dockActs, 'sim act'));
      return answer(input, dock, dockLines(dock));
    }
    const [forMs, value] = ['forMs', 'value'].map((key) => numberOf(input, key));
    const panel = await control.act(id, among<PanelActName>(act, panelActs, 'sim act'), {
      ...(forMs === undefined ? {} : { forMs }),
      ...(value === undefined ? {} : { value }),
    });
    return answer(input, panel, [JSON.stringify(panel)]);
  },
};

export const simFaultCommand: CommandSpec = {
  name: 'sim fault',
  summary: {
    en: 'lay a fault on a dock or a body-cam, or take it off',
    zh: '给采集站或执法记录仪加上或解除故障',
  },
  args: [
    deviceArgument,
    { name: 'fault', summary: { en: 'its name; none: all names', zh: '故障名；省略则全部列出' } },
  ],
  options: [
    { flags: '--off', summary: { en: 'take it off', zh: '解除' } },
    { flags: '--for-ms <number>', summary: { en: 'off by itself after so long', zh: '多少毫秒后自动解除' } },
    {
      flags: '--set <option...>',
      summary: {
        en: 'atByte=1000, afterMs=50, clip=MOV_0001 …',
        zh: '如 atByte=1000、afterMs=50、clip=MOV_0001',
      },
    },
    controlOption,
  ],
  json: true,
  run: async (input) => {
    const control = controlOf(input);
    const [id = '', fault] = input.args;
    const isDock = (await control.docks()).some((dock) => dock.id === id);
    const names = isDock ? dockFaultMeanings : bodyCamFaultMeanings;
    if (fault === undefined)
      return answer(
        input,
        names,
        Object.entries(names).map(([name, meaning]) => `${name}: ${meaning}`),
      );
    const options = faultOptions(input);
    const off = input.options['off'] === true;
    if (isDock) {
      const name = among<DockFaultName>(fault, dockFaultMeanings, 'sim fault');
      const dock = await (off ? control.liftDock(id, name) : control.layDock(id, name, options));
      return answer(input, dock, dockLines(dock));
    }
    const name = among<BodyCamFaultName>(fault, bodyCamFaultMeanings, 'sim fault');
    const cam = await (off ? control.liftBodyCam(id, name) : control.layBodyCam(id, name, options));
    return answer(input, cam, [bodyCamLine(cam, input.language)]);
  },
};

function controlOf(input: CommandInput): SiteControl {
  const port = textOption(input, 'control') ?? usualControlPort;
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) throw wrong('sim', '--control must be a port');
  return siteControl(Number(port));
}

function answer(input: CommandInput, value: unknown, lines: readonly string[]): number {
  if (input.json) input.out(JSON.stringify(value));
  else for (const line of lines) input.out(line);
  return exitCodes.ok;
}

/** Throws SIM_CONTROL_FAILED, as the simulator itself would. */
function among<Name extends string>(
  name: string,
  names: Readonly<Record<Name, string>>,
  request: string,
): Name {
  if (!Object.hasOwn(names, name)) throw wrong(request, `there are ${Object.keys(names).join(', ')}`);
  return name as Name;
}

function wrong(request: string, why: string): LiuhenError {
  return new LiuhenError('SIM_CONTROL_FAILED', { request, why });
}

function numberOf(input: CommandInput, key: string): number | undefined {
  const text = textOption(input, key);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw wrong('sim', `${key} must be a number`);
  return value;
}

/** `atByte=1000` becomes a number, `clip=MOV_0001` stays a text; the simulator checks both. */
function faultOptions(input: CommandInput): Record<string, number | string | boolean> {
  const options: Record<string, number | string | boolean> = {};
  for (const pair of listOption(input, 'set')) {
    const [, key, value] = /^([a-zA-Z]+)=(.+)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw wrong('sim fault', `${pair} is no option=value`);
    const isNumber = key !== 'serial' && key !== 'clip' && Number.isFinite(Number(value));
    options[key] = value === 'true' ? true : isNumber ? Number(value) : value;
  }
  const forMs = numberOf(input, 'forMs');
  return forMs === undefined ? options : { ...options, forMs };
}

function dockLines({ id, address, plugged, slots, behaviours }: DockSummary): readonly string[] {
  const faults = behaviours.length > 0 ? `  ${behaviours.join(' ')}` : '';
  return [
    `${id}  ${address}${plugged ? '' : '  unplugged'}${faults}`,
    ...slots.map(({ slot, bodyCam, lamp, locked, diskMode }) =>
      [`  ${slot}`, bodyCam ?? '-', lamp, ...(locked ? ['locked'] : []), ...(diskMode ? ['disk'] : [])].join(
        '  ',
      ),
    ),
  ];
}

function bodyCamLine(cam: BodyCamSummary, language: CommandInput['language']): string {
  const { id, serial, docked, disk, batteryPct, clips, erased, behaviours } = cam;
  const counts =
    language === 'en'
      ? `${clips.length} clips, ${erased.length} erased`
      : `${clips.length} 段，已删 ${erased.length} 段`;
  return [
    id,
    serial,
    docked ? `${docked.dock}/${docked.slot}` : '-',
    counts,
    `${batteryPct} %`,
    ...(disk ? [disk.point ?? disk.name] : []),
    ...behaviours,
  ].join('  ');
}
