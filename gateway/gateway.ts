// The control process put together: ledger, sessions, recorder, cameras, uplink and control socket. It connects
// and orders; what each part does is in its own folder, and which real part is taken in gateway-parts.ts.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { monotonicTime, now } from '../config/clock.ts';
import { LiuhenError } from '../config/errors.ts';
import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings-types.ts';
import { CameraKeeper } from './cameras/camera-keeper.ts';
import { ChangeLimiter } from './cameras/change-limiter.ts';
import { UrlCache } from './cameras/url-cache.ts';
import { featureHandlers } from './feature-requests.ts';
import { FeatureSet } from './gateway-feature.ts';
import type { GatewayParts } from './gateway-ports.ts';
import { UplinkKeeper } from './gateway-uplink.ts';
import { ClockWatch, diskState, toDiskState, type DiskState } from './health/box-watch.ts';
import { gatewayView } from './health/gateway-view.ts';
import type { RecorderStatus } from './recording/recorder-protocol.ts';
import { serveControl } from './sessions/control-api.ts';
import type { GatewayView } from './sessions/control-protocol.ts';
import { DebtBook } from './sessions/debt-book.ts';
import type { LedgerBody, LedgerPort } from './sessions/ledger-port.ts';
import { recorderLink } from './sessions/recorder-link.ts';
import { RoomPublisher, expiresAfterMs } from './sessions/room-publisher.ts';
import { SessionFold, type FoldEntry } from './sessions/session-fold.ts';
import { officersIn } from './sessions/session-rules.ts';
import { SessionService } from './sessions/session-service.ts';
import { Turns } from './sessions/turns.ts';
import { changedForGood, mqttKey } from './settings-changes.ts';
import { runPaths } from './supervisor/run-paths.ts';

/** How often rooms, debts, disk and clock are looked at, in milliseconds. */
export const tickMs = 500;
/** Longest time between two signed checkpoints while a session is open, in milliseconds. */
export const checkpointMs = 60_000;

export interface GatewayOptions {
  readonly settings: Settings;
  /** Reads the settings again; rejects with SETTINGS_… when they are not usable. */
  readonly readSettings: () => Promise<Settings>;
  readonly version: string;
  /** The kernel's boot id; '' when it cannot be read, and then every start counts as a new boot. */
  readonly bootId: string;
  readonly parts: GatewayParts;
  readonly log: Log;
}

export interface Gateway {
  view(): GatewayView;
  /** SIGHUP. A faulty file, or a change that needs a restart, is refused whole; resolves to whether it applied. */
  reload(): Promise<boolean>;
  /** `asked`: seals every session and ends. `parent-gone`: ends and leaves the recorder recording. Safe twice. */
  stop(why: 'asked' | 'parent-gone'): Promise<void>;
}

/** Brings control up; resolves when rooms are watched and commands are answered. Rejects when the ledger will not open. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { parts, log } = options;
  let settings = options.settings;
  const startedMonoMs = monotonicTime();
  const paths = runPaths(settings.dataFolder);
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o750 });

  const fold = new SessionFold();
  const features = new FeatureSet(parts.features?.() ?? [], log);
  const store = await parts.openLedger(settings, log, (entry) => applyEntry(entry));
  const sameBoot = options.bootId !== '' && fold.bootId === options.bootId;
  const before = new Set(fold.open.keys());
  const clock = new ClockWatch();
  const ledger: LedgerPort = {
    fold,
    append: async (body) => {
      const entry = await store.append(body);
      applyEntry({ ...entry, body });
      if (body.case === 'clockStepped' && body.value.session !== '')
        clock.told(body.value.deltaMs, monotonicTime());
      return entry;
    },
  };
  await ledger.append({
    case: 'boxStarted',
    value: { version: options.version, bootId: options.bootId, publicKeyPem: store.publicKeyPem },
  });
  await enterSettings(settings);

  // ---- the parts ----------------------------------------------------------------------------------------

  const link = recorderLink(
    paths.recorderSocket,
    {
      onBack: (status) => recorderBack(status),
      onGone: (why) => recorderGone(why),
      onStatus: (status) => recorderStatus(status),
      onJournal: (session, record) => void service.journal(session, record),
    },
    log,
  );
  const service = new SessionService({
    settings: () => settings,
    ledger,
    recorder: link,
    sign: store.sign,
    enterClosed: (session, last) => store.enterClosed(session, last, ledger.append),
    prove: async (session) => {
      if (await store.hasProof(session)) return;
      await store.checkpoint();
      await store.prove(session);
    },
    now,
    random: () => randomBytes(2).toString('hex'),
    beforeOpen: (open) => features.beforeOpen(open),
    interruptedBy: sameBoot ? 'recorder-died' : 'box-restarted',
    log,
    onChange: () => lookSoon(),
  });
  const officersNeeded = (room: string): number => officersIn(settings, room, now().wall);
  const debts = new DebtBook({ ledger, officersNeeded, now, log });
  const keeper = new CameraKeeper({
    recorder: link,
    ledger,
    resolve: parts.resolveCamera,
    cache: new UrlCache(path.join(settings.dataFolder, 'streams.json'), log),
    inUse: (camera) => service.needs(camera),
    watchHints: parts.watchHints,
    now: monotonicTime,
    log,
  });
  const headquarters = new UplinkKeeper({
    startBroker: () => parts.startBroker(settings, log),
    openUplink: () => parts.openUplink(settings, store, view, log),
    log,
  });
  const reloads = new Turns();
  const publisher = new RoomPublisher();
  const disks = new ChangeLimiter<DiskState>((a, b) => a === b, toDiskState(fold.diskState));
  let recorderPid: number | null = null;
  let lastCheckpoint = monotonicTime();
  let wasConnected = false;

  let looking: NodeJS.Timeout | null = null;
  let stopped: Promise<void> | null = null;

  await keeper.apply(settings.cameras);
  const control = await serveControl(paths.controlSocket, {
    open: (body) => service.open(body),
    close: (body) => service.close(body),
    mark: (body) => service.mark(body),
    settle: (body) => debts.settle(body),
    status: () => Promise.resolve(view()),
    ...featureHandlers((request, body) => features.ask(request, body)),
  });
  // Recording first: the proofs that a crash left out, the broker and headquarters come after it.
  link.begin();
  await headquarters.connect();
  await service.proveLate();
  await features.start({
    settings: () => settings,
    ledger,
    signText: store.signText,
    open: (body) => service.open(body),
    close: (body) => service.close(body),
    mark: (body) => service.mark(body),
    settle: (body) => debts.settle(body),
    ask: (request, body) => features.ask(request, body),
    view,
    now,
    log,
  });
  let ticked: Promise<void> = Promise.resolve();
  let busy = false;
  const ticking = setInterval(() => {
    // A tick that waits for a slow disk is not overtaken by the next.
    if (busy) return;
    busy = true;
    ticked = tick().finally(() => {
      busy = false;
    });
  }, tickMs);
  log.info('control is up', { epoch: store.epoch, open: fold.open.size });

  return {
    view,
    reload,
    stop: (why) => {
      stopped ??= stop(why);
      return stopped;
    },
  };

  // ---- the recorder -------------------------------------------------------------------------------------

  function recorderBack(status: RecorderStatus): void {
    // Found recording, or the same process again: it went on without us, and nothing was lost (P8).
    const adopted = recorderPid === null ? status.sessions.length > 0 : recorderPid === status.pid;
    if (fold.recorderLost || adopted) enter({ case: 'recorderBack', value: { adopted } });
    recorderPid = status.pid;
    log.info('recorder connected', { pid: status.pid, adopted });
    keeper.recorderBack();
    service.recorderBack();
    recorderStatus(status);
  }

  function recorderGone(why: string): void {
    log.error('recorder lost', { why });
    enter({ case: 'recorderLost', value: { why } });
    keeper.recorderGone();
    service.recorderGone();
    lookSoon();
  }

  function recorderStatus(status: RecorderStatus): void {
    void keeper.onStatus(status);
    const { freeBytes } = status.disk;
    if (freeBytes === null) return; // not measured yet
    const passed = disks.offer(
      diskState(status.disk, settings.recording.reserveBytes, toDiskState(fold.diskState) ?? ''),
      monotonicTime(),
    );
    if (passed) {
      const { value: state } = passed;
      if (state !== 'ok') log.warn('disk', { state, freeBytes });
      enter({ case: 'diskChanged', value: { state, freeBytes } });
      if (state === 'ok') refillReserve();
    }
  }

  /** The next full disk must find the ledger with room again, also without a restart in between. */
  function refillReserve(): void {
    try {
      if (!store.refillReserve()) log.warn('no room yet for the reserve of the ledger');
    } catch (error) {
      log.error('the reserve of the ledger cannot be made', { error: error as Error });
    }
  }

  // ---- every half second --------------------------------------------------------------------------------

  async function tick(): Promise<void> {
    try {
      const deltaMs = clock.observe(now());
      if (deltaMs !== null) {
        log.warn('the wall clock stepped', { deltaMs });
        enter({ case: 'clockStepped', value: { deltaMs, session: '' } });
      }
      await headquarters.retry();
      look();
      features.tick();
      await debts.check();
      await keeper.settle();
      if (fold.open.size > 0 && monotonicTime() - lastCheckpoint >= checkpointMs) {
        lastCheckpoint = monotonicTime();
        await store.checkpoint();
      }
    } catch (error) {
      log.error('a periodic task failed; it is tried again', { error: error as Error });
    }
  }

  /** Publishes what changed; several changes in one turn are one look. */
  function look(): void {
    const uplink = headquarters.port;
    if (uplink === null) return;
    if (uplink.connected && !wasConnected) publisher.forget();
    wasConnected = uplink.connected;
    for (const room of publisher.due(view().rooms, monotonicTime())) uplink.publishRoom(room, expiresAfterMs);
  }

  function lookSoon(): void {
    looking ??= setTimeout(() => {
      looking = null;
      if (stopped === null) look();
    }, 20);
  }

  function view(): GatewayView {
    const ownSessions = new Set([...fold.open.keys()].filter((session) => !before.has(session)));
    return gatewayView({
      settings,
      fold,
      recorder: link.status,
      epoch: store.epoch,
      ledger: store.head(),
      uplink: headquarters.port,
      startedMonoMs,
      ownSessions,
      notices: (room) => features.notices(room),
      interruption: (room) => features.interruption(room),
      panel: (room) => features.panel(room),
      bodycams: features.bodycams(),
      now: now(),
    });
  }

  // ---- settings -----------------------------------------------------------------------------------------

  function reload(): Promise<boolean> {
    return reloads.inTurn(applyFile);
  }

  async function applyFile(): Promise<boolean> {
    if (stopped !== null) return false;
    let read: Settings;
    try {
      read = await options.readSettings();
      const fixed = changedForGood(settings, read);
      if (fixed.length > 0) throw new LiuhenError('RELOAD_NEEDS_RESTART', { fields: fixed.join(', ') });
      await enterSettings(read);
    } catch (error) {
      log.error('settings not applied; the old ones stay', { error: error as Error });
      return false;
    }
    const old = settings;
    settings = read;
    await keeper.apply(settings.cameras);
    if (mqttKey(old) !== mqttKey(read)) {
      await headquarters.close();
      await headquarters.connect();
    }
    await features.settingsApplied();
    log.info('settings applied', { rooms: settings.rooms.length, cameras: settings.cameras.length });
    lookSoon();
    return true;
  }

  async function enterSettings({ source, rooms }: Settings): Promise<void> {
    const sha256 = Buffer.from(source?.sha256 ?? '', 'hex');
    await ledger.append({ case: 'settingsApplied', value: { sha256, rooms: rooms.map(({ id }) => id) } });
  }

  // ---- the end ------------------------------------------------------------------------------------------

  async function stop(why: 'asked' | 'parent-gone'): Promise<void> {
    log.info('control is ending', { why, open: fold.open.size });
    clearInterval(ticking);
    await Promise.all([ticked, reloads.rest()]);
    await features.close();
    if (why === 'asked') await service.stop('service-stopped');
    else service.dispose();
    await control.close();
    await keeper.close();
    await link.close();
    try {
      for (let step = clock.rest(); step !== null; step = clock.rest())
        await ledger.append({ case: 'clockStepped', value: { deltaMs: step, session: '' } });
      await ledger.append({ case: 'boxStopped', value: { why } });
      await store.checkpoint();
    } catch (error) {
      // A full disk: headquarters is told of the end all the same, and the store is closed whole.
      log.error('the end is not in the ledger', { error: error as Error });
    }
    if (looking) clearTimeout(looking);
    for (const room of view().rooms) headquarters.port?.publishRoom(room, expiresAfterMs);
    await headquarters.close();
    await store.close();
    log.info('control ended');
  }

  function applyEntry(entry: FoldEntry): void {
    fold.apply(entry);
    features.entry(entry);
  }

  /** Enters what nobody waits for; a ledger that refuses is an error in the log. */
  function enter(body: LedgerBody): void {
    ledger.append(body).catch((error: unknown) => {
      log.error('not in the ledger', { what: body.case, error: error as Error });
    });
  }
}
