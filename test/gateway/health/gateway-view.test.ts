// What the one view says of a recorder that is there, and of one that does not speak any more.
import t from 'tap';
import { monoMs, wallMs } from '../../../config/clock.ts';
import { gatewayView } from '../../../gateway/health/gateway-view.ts';
import type { RecorderStatus } from '../../../gateway/recording/recorder-protocol.ts';
import { SessionFold } from '../../../gateway/sessions/session-fold.ts';
import { statusStaleMs } from '../../../gateway/sessions/room-state.ts';
import { settings } from '../sessions/fakes.ts';

const [room] = settings.rooms;
const camera = room?.cameras[0] ?? '';
const spokeMs = 100_000;
const status: RecorderStatus = {
  type: 'status',
  monoMs: spokeMs,
  pid: 7,
  disk: { freeBytes: 2 ** 40, writable: true, syncMs: 1 },
  sessions: [],
  cameras: [
    {
      camera,
      state: 'playing',
      fault: '',
      skewMs: null,
      tracks: [
        { kind: 'video', frames: 9, bytes: 9, lastFrameMonoMs: monoMs(spokeMs), degraded: [], levelDb: -20 },
      ],
    },
  ],
} as unknown as RecorderStatus;

function viewAt(nowMs: number) {
  return gatewayView({
    settings: { ...settings, cameras: [{ id: camera } as (typeof settings.cameras)[number]] },
    fold: new SessionFold(),
    recorder: status,
    epoch: 1,
    ledger: { seq: 0, headHex: '' },
    uplink: null,
    startedMonoMs: 0,
    ownSessions: new Set(),
    notices: () => [],
    panel: () => null,
    now: { wall: wallMs(1_790_000_000_000), mono: monoMs(nowMs) },
  });
}

t.test('P1, D1: what a recorder said last is not said of now when it says nothing any more', (t) => {
  const fresh = viewAt(spokeMs + statusStaleMs);
  t.match(fresh, { recorder: { connected: true }, disk: { writable: true } });
  t.match(fresh.cameras, [{ state: 'playing', warm: true, soundDb: -20 }]);
  const silent = viewAt(spokeMs + statusStaleMs + 1);
  t.match(silent, { recorder: { connected: false, pid: 7 }, disk: null });
  t.match(silent.cameras, [{ state: 'unknown', warm: false, tracks: [], soundDb: null }]);
  t.end();
});
