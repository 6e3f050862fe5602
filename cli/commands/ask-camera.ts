// `liuhen discover --camera`: what one camera of the settings says of itself, and a still picture. Reads the command
// line and prints; the asking is device-drivers/camera's.
import { writeFile } from 'node:fs/promises';
import { errorLine, isLiuhenError, LiuhenError } from '../../config/errors.ts';
import { loadSettings } from '../../config/settings.ts';
import { Camera, identityLine } from '../../device-drivers/camera/camera.ts';
import { exposureModes, irCutFilters, type ImagingSettings } from '../../protocols/onvif/imaging.ts';
import { fit } from '../../gateway/health/display-width.ts';
import { exitCodes, type CommandInput } from '../command.ts';
import { listOption, textOption } from './control-socket.ts';

const labelWidth = 12;
const numbers = ['brightness', 'saturation', 'contrast', 'sharpness'] as const;

/** Answers the exit code. Throws CAMERA_UNKNOWN, IMAGING_OPTION, SETTINGS_* and what Camera.open throws. */
export async function askCamera(input: CommandInput, id: string): Promise<number> {
  const file = textOption(input, 'config') ?? process.env['LIUHEN_CONFIG'];
  if (!file) throw new LiuhenError('DISCOVERY_OPTION', { option: '--config' });
  const { cameras } = await loadSettings(file, process.env);
  const settings = cameras.find((each) => each.id === id);
  if (!settings)
    throw new LiuhenError('CAMERA_UNKNOWN', {
      camera: id,
      file,
      known: cameras.map((each) => each.id).join(', '),
    });
  const change = readChange(listOption(input, 'imaging'));
  const camera = new Camera({ settings });
  const end = (): void => void camera.close();
  input.signal.addEventListener('abort', end, { once: true });
  try {
    const { identity, url, profile, skewMs } = await camera.open();
    const picture = camera.picture();
    const facts = {
      camera: id,
      identity,
      url,
      profile,
      skewMs,
      // What was asked for and cannot be done is a fault; what was only to be shown is not.
      imaging: change ? await picture.setImaging(change) : await orWhy(picture.imaging()),
      texts: await orWhy(picture.texts()),
      snapshot: await saveSnapshot(camera, textOption(input, 'snapshot')),
    };
    if (input.json) input.out(JSON.stringify(facts));
    else for (const line of lines(facts, input.language === 'zh-CN')) input.out(line);
    return exitCodes.ok;
  } finally {
    input.signal.removeEventListener('abort', end);
    await camera.close();
  }
}

/** `brightness=40`: the names of ImagingSettings, each once. Null when nothing is to be set. */
function readChange(words: readonly string[]): Partial<ImagingSettings> | null {
  if (words.length === 0) return null;
  const change: Record<string, number | string> = {};
  for (const word of words) {
    const [name = '', value = '', ...rest] = word.split('=');
    if (name in change || rest.length > 0) throw new LiuhenError('IMAGING_OPTION', { word });
    const number = /^-?\d{1,9}(\.\d{1,9})?$/.test(value) ? Number(value) : null;
    if (numbers.some((each) => each === name) && number !== null) change[name] = number;
    else if (name === 'irCutFilter' && irCutFilters.some((each) => each === value)) change[name] = value;
    else if (name === 'exposure' && exposureModes.some((each) => each === value)) change[name] = value;
    else throw new LiuhenError('IMAGING_OPTION', { word });
  }
  return change;
}

interface Facts {
  readonly camera: string;
  readonly identity: Parameters<typeof identityLine>[0];
  readonly url: string;
  readonly profile: {
    readonly token: string;
    readonly width: number;
    readonly height: number;
    encoding: string;
  };
  readonly skewMs: number | null;
  readonly imaging: ImagingSettings | { readonly error: string };
  readonly texts: readonly { readonly text: string | null }[] | { readonly error: string };
  readonly snapshot: { readonly file: string; readonly bytes: number } | null;
}

/** What a camera cannot do is part of what it is: told, not thrown. A refused login is thrown. */
async function orWhy<T>(asked: Promise<T>): Promise<T | { error: string }> {
  try {
    return await asked;
  } catch (error) {
    if (!isLiuhenError(error, 'CAMERA_PICTURE', 'ONVIF_FAULT', 'ONVIF_REPLY_UNREADABLE')) throw error;
    return { error: errorLine(error) };
  }
}

async function saveSnapshot(camera: Camera, file: string | undefined): Promise<Facts['snapshot']> {
  if (file === undefined) return null;
  const picture = await camera.snapshot();
  // A picture of a room is nobody else's, and a file that is there is not overwritten.
  await writeFile(file, picture, { flag: 'wx', mode: 0o600 });
  return { file, bytes: picture.length };
}

function lines(facts: Facts, zh: boolean): string[] {
  const { identity, profile, skewMs, imaging, texts, snapshot } = facts;
  const clock = skewMs === null ? (zh ? '未告知' : 'not told') : `${skewMs} ms`;
  const rendered =
    'error' in imaging
      ? imaging.error
      : Object.entries(imaging)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => `${name} ${String(value)}`)
          .join(', ');
  const shown =
    'error' in texts ? texts.error : texts.flatMap(({ text }) => (text === null ? [] : [text])).join(' | ');
  const rows: [en: string, zh: string, value: string][] = [
    ['camera', '摄像机', facts.camera],
    ['identity', '设备', identityLine(identity)],
    ['stream', '码流', facts.url],
    ['profile', '配置', `${profile.token}  ${profile.width}x${profile.height}  ${profile.encoding}`],
    ['clock', '时钟偏差', clock],
    ['imaging', '图像', rendered],
    ['texts', '字符叠加', shown],
    ...(snapshot
      ? [['snapshot', '快照', `${snapshot.file}  ${snapshot.bytes} B`] as [string, string, string]]
      : []),
  ];
  return rows.map(([en, chinese, value]) => {
    const label = fit(zh ? chinese : en, labelWidth);
    // What a camera says of itself must not move the cursor of the terminal that it is shown on.
    return `${label}${value.replaceAll(/\p{C}/gu, '?')}`.trimEnd();
  });
}
