// `liuhen discover`: which ONVIF cameras answer on this network. Reads the command line and prints; the search is
// device-drivers/discovery's.
import { isIPv4 } from 'node:net';
import { LiuhenError } from '../../config/errors.ts';
import {
  discover,
  maxTargets,
  type DiscoveredDevice,
  type DiscoveryTarget,
} from '../../device-drivers/discovery/discover.ts';
import { probeWithNodeOnvif } from '../../device-drivers/discovery/node-onvif-probe.ts';
import { fit } from '../../gateway/health/display-width.ts';
import { exitCodes, type CommandInput, type CommandSpec } from '../command.ts';
import { askCamera } from './ask-camera.ts';

const defaultTimeoutMs = 3000;
const timeoutRange = { least: 100, most: 60_000 } as const;
const columns = [
  { width: 15, en: 'ADDRESS', zh: '地址', of: (device: DiscoveredDevice) => device.address },
  { width: 11, en: 'NAME', zh: '名称', of: (device: DiscoveredDevice) => device.name },
  { width: 11, en: 'HARDWARE', zh: '型号', of: (device: DiscoveredDevice) => device.hardware },
  {
    width: 37,
    en: 'ENDPOINT',
    zh: '端点',
    of: (device: DiscoveredDevice) => device.endpoint.replace(/^urn:uuid:/, ''),
  },
] as const;

export const discoverCommand: CommandSpec = {
  name: 'discover',
  summary: { en: 'look for ONVIF cameras on the network', zh: '搜索网络上的 ONVIF 摄像机' },
  options: [
    {
      flags: '--interface <name>',
      summary: { en: 'only this network interface', zh: '仅使用此网络接口' },
    },
    {
      flags: '--timeout <ms>',
      summary: {
        en: 'how long to wait, 100 to 60000 (3000)',
        zh: '等待时间，100 至 60000 毫秒（默认 3000）',
      },
    },
    {
      flags: '--probe <host:port...>',
      summary: { en: 'ask these IPv4 hosts instead of everybody', zh: '仅向这些 IPv4 主机查询' },
    },
    {
      flags: '--second-opinion',
      summary: {
        en: 'search with node-onvif too, and list what only it found',
        zh: '同时用 node-onvif 搜索，并列出仅由其找到的设备',
      },
    },
    {
      flags: '--camera <id>',
      summary: { en: 'ask this camera of the settings instead', zh: '改为查询配置中的此摄像机' },
    },
    {
      flags: '--config <file>',
      summary: { en: 'the settings with the camera (LIUHEN_CONFIG)', zh: '包含该摄像机的配置文件' },
    },
    {
      flags: '--snapshot <file>',
      summary: { en: 'with --camera: save a still picture', zh: '与 --camera 合用：保存一张快照' },
    },
    {
      flags: '--imaging <name=value...>',
      summary: {
        en: 'with --camera: set its picture first, e.g. brightness=40',
        zh: '与 --camera 合用：先设置图像，如 brightness=40',
      },
    },
  ],
  json: true,
  run: async (input) => {
    const camera = input.options['camera'];
    if (typeof camera === 'string') return askCamera(input, camera);
    const timeoutMs = readTimeout(input);
    const targets = readTargets(input);
    const name = input.options['interface'];
    if (timeoutMs === undefined) throw new LiuhenError('DISCOVERY_OPTION', { option: '--timeout' });
    if (targets === undefined) throw new LiuhenError('DISCOVERY_OPTION', { option: '--probe' });
    const search = discover({
      timeoutMs,
      targets,
      signal: input.signal,
      ...(typeof name === 'string' ? { interfaceName: name } : {}),
    });
    const [result, second] = await Promise.all([
      search,
      input.options['secondOpinion'] === true ? probeWithNodeOnvif() : null,
    ]);
    const onlySecond = second?.filter(
      ({ endpoint }) => !result.devices.some((one) => one.endpoint === endpoint),
    );
    if (input.json) input.out(JSON.stringify(onlySecond ? { ...result, onlySecond } : result));
    else {
      for (const line of table(result.devices, input.language)) input.out(line);
      for (const { endpoint, name: called } of onlySecond ?? []) {
        const line = `node-onvif: ${endpoint.replace(/^urn:uuid:/, '')}  ${called}`;
        input.out(line.replaceAll(/\p{C}/gu, '?').slice(0, 80));
      }
    }
    return exitCodes.ok;
  },
};

function readTimeout(input: CommandInput): number | undefined {
  const value = input.options['timeout'];
  if (value === undefined) return defaultTimeoutMs;
  if (typeof value !== 'string' || !/^\d{1,5}$/.test(value)) return undefined;
  const ms = Number(value);
  return ms >= timeoutRange.least && ms <= timeoutRange.most ? ms : undefined;
}

function readTargets(input: CommandInput): readonly DiscoveryTarget[] | undefined {
  const value = input.options['probe'];
  if (value === undefined) return [];
  const words = typeof value === 'object' ? value : [String(value)];
  const targets: DiscoveryTarget[] = [];
  for (const word of words) {
    const [host = '', port = '', ...rest] = word.split(':');
    const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
    if (!isIPv4(host) || number < 1 || number > 65_535 || rest.length > 0) return undefined;
    targets.push({ host, port: number });
  }
  return targets.length > maxTargets ? undefined : targets;
}

/** The devices as lines of at most 80 columns; a Chinese character takes two. */
export function table(devices: readonly DiscoveredDevice[], language: 'en' | 'zh-CN'): readonly string[] {
  const zh = language === 'zh-CN';
  if (devices.length === 0) return [zh ? '没有摄像机应答。' : 'No camera answered.'];
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => fit(cell, columns[index]?.width ?? 0))
      .join('  ')
      .trimEnd();
  return [
    line(columns.map((column) => (zh ? column.zh : column.en))),
    ...devices.map((device) => line(columns.map((column) => column.of(device)))),
  ];
}
