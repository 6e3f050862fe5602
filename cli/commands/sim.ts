// `liuhen sim`: the simulated site alone, on real ports, until Ctrl-C.
import { LiuhenError } from '../../config/errors.ts';
import { startSite } from '../../hw-sim/site.ts';
import { exitCodes, type CommandSpec } from '../command.ts';
import { textOption } from './control-socket.ts';

export const simCommand: CommandSpec = {
  name: 'sim',
  summary: { en: 'Run simulated devices on real ports', zh: '在真实端口上运行模拟设备' },
  options: [
    {
      flags: '--site <file>',
      summary: { en: 'The site to simulate (YAML)', zh: '模拟站点文件（YAML）' },
    },
  ],
  run: async (input) => {
    const { signal } = input;
    const file = textOption(input, 'site');
    // Not `required`: the commands below `sim` need none.
    if (file === undefined) throw new LiuhenError('SIM_SITE_MISSING', {});
    const site = await startSite(file);
    for (const camera of site.cameras.values())
      input.out(`${camera.id}  ${camera.rtspUrl}  ${camera.onvifUrl ?? ''}`.trimEnd());
    for (const [id, panel] of site.panels) input.out(`${id}  panel  ${panel.address}`);
    for (const [id, dock] of site.docks) input.out(`${id}  dock  ${dock.address}`);
    for (const [id, device] of site.bodyCams)
      input.out(`${id}  body-cam  ${device.facts.serial}  ${device.clips.length} clips`);
    if (site.volumes) input.out(`volumes  ${site.volumes.folder}`);
    if (site.docks.size > 0) input.out(`control  http://127.0.0.1:${site.controlPort}/docks`);
    if (site.panels.size > 0) input.out(`control  http://127.0.0.1:${site.controlPort}/panels`);
    input.out(`control  http://127.0.0.1:${site.controlPort}/cameras`);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await site.close();
    return exitCodes.ok;
  },
};
