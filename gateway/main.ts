// The control process: the real parts put together, and its life. Everything it does is in the files it names.
import { fileURLToPath } from 'node:url';
import { resolveCamera } from '../device-drivers/camera/resolve-camera.ts';
import { watchHints } from '../device-drivers/camera/watch-hints.ts';
import { Dock } from '../device-drivers/dock/dock.ts';
import { Panel } from '../device-drivers/panel/panel.ts';
import { beforeUseFeature } from './before-use/before-use-feature.ts';
import { clipsFeature } from './bodycam/clips/clips-feature.ts';
import { custodyFeature } from './bodycam/custody/custody-feature.ts';
import { bookingFeature } from './bookings/booking-feature.ts';
import { DeviceBook } from './bodycam/devices/device-book.ts';
import { deviceFeature } from './bodycam/devices/device-feature.ts';
import { custodyDeadlines } from './bodycam/deadlines/custody-deadlines.ts';
import { deadlineFeature } from './bodycam/deadlines/deadline-feature.ts';
import { consoleFeature } from './console/console-feature.ts';
import { readVersion, runControl } from './control-process.ts';
import { gatewayParts } from './gateway-parts.ts';
import { interruptionFeature } from './interruptions/interruption-feature.ts';
import { noticeFeature } from './notice/notice-feature.ts';
import { panelFeature } from './panel/panel-feature.ts';
import { CommandDesk } from './uplink/commands.ts';
import { sessionProver } from './verify/session-proof.ts';
import { receptionFeature } from './working-time/reception-feature.ts';

const desk = new CommandDesk();
const devices = new DeviceBook();
const deadlines = deadlineFeature();
const clips = clipsFeature();
const custody = custodyFeature(() => ({
  makeDock: ({ address, baudRate, minBuild }) => new Dock({ address, baudRate, minBuild }),
  lookUp: devices,
  classify: (docked) => clips.classify(docked),
  ...custodyDeadlines(deadlines),
}));

runControl(
  gatewayParts({
    version: readVersion(),
    prover: (ledger, { dataFolder }) => sessionProver(ledger, dataFolder),
    resolveCamera,
    watchHints,
    commands: (message) => desk.take(message),
    features: () => [
      beforeUseFeature(),
      receptionFeature(),
      panelFeature((settings) => new Panel(settings)),
      noticeFeature(),
      deviceFeature(devices, custody),
      bookingFeature(),
      interruptionFeature(),
      deadlines,
      desk.feature,
      clips,
      custody,
      consoleFeature({ pageFolder: fileURLToPath(new URL('./console/page', import.meta.url)) }),
    ],
  }),
);
