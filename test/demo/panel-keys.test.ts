// The keys of the live demo, at a terminal that is none.
import { EventEmitter } from 'node:events';
import t from 'tap';
import { listenForKeys, longPressMs } from '../../demo/panel-keys.ts';
import { holdToCloseMs } from '../../gateway/panel/panel-rules.ts';

class Terminal extends EventEmitter {
  isTTY: boolean | undefined = true;
  raw = false;
  listening = false;

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  resume(): void {
    this.listening = true;
  }
  pause(): void {
    this.listening = false;
  }
}

t.test(
  'p presses, l holds long enough to close, d moves the door, 1 and 2 dock or pull, Ctrl-C interrupts',
  (t) => {
    const terminal = new Terminal();
    const acts: unknown[] = [];
    let doorOpen = true;
    const stop = listenForKeys(terminal, {
      act: (act, options) => {
        acts.push(options === undefined ? act : [act, options]);
        return Promise.reject(new Error('the simulator is gone'));
      },
      doorOpen: () => doorOpen,
      bodyCam: (number) => {
        acts.push(`body-cam ${number}`);
        return Promise.reject(new Error('the simulator is gone'));
      },
      interrupt: () => acts.push('interrupt'),
    });
    t.ok(terminal.raw && terminal.listening);
    terminal.emit('data', Buffer.from('pLx'));
    terminal.emit('data', Buffer.from('d'));
    doorOpen = false;
    terminal.emit('data', Buffer.from('d21\u0003'));
    t.same(acts, [
      'press',
      ['press', { forMs: longPressMs }],
      'door-close',
      'door-open',
      'body-cam 2',
      'body-cam 1',
      'interrupt',
    ]);
    t.ok(longPressMs > holdToCloseMs);
    stop?.();
    t.notOk(terminal.raw || terminal.listening, 'the terminal is as it was');
    terminal.emit('data', Buffer.from('p'));
    t.equal(acts.length, 7);
    t.end();
  },
);

t.test('without a terminal nothing listens', (t) => {
  const pipe = new Terminal();
  pipe.isTTY = undefined;
  const nothing = {
    act: () => Promise.resolve(),
    doorOpen: () => true,
    bodyCam: () => Promise.resolve(),
    interrupt: () => undefined,
  };
  t.equal(listenForKeys(pipe, nothing), null);
  t.notOk(pipe.listening);
  t.end();
});
