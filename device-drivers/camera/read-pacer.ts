// One timer for all sockets of the process: between two ticks the kernel keeps what cameras send, and each
// socket is then read in one go. Reading every packet as it comes costs several times as much.
// A read as long as the shortest part that `auto` chooses (gateway/recording) lets every read end in a part.
export const readEveryMs = 350;

/** The read buffer of all streams: each read is handled to its end before the next one begins. */
export const sharedReadBuffer = Buffer.allocUnsafeSlow(1024 * 1024);
/** Bytes at its front that no read fills: room for the packet that the read before cut in two (65 539 at most). */
export const readRoomBytes = 66 * 1024;

/** Sockets take turns, half of them each time: the disk is not asked by all at once. */
const turns = [new Set<() => void>(), new Set<() => void>()] as const;
let turn: 0 | 1 = 0;
let timer: NodeJS.Timeout | null = null;

/** Calls `resume` every `readEveryMs` until the answer is called. */
export function paceReads(resume: () => void): () => void {
  const mine = turns[0].size <= turns[1].size ? turns[0] : turns[1];
  mine.add(resume);
  timer ??= setInterval(() => {
    turn = turn === 0 ? 1 : 0;
    for (const each of turns[turn]) each();
  }, readEveryMs / turns.length);
  return () => {
    mine.delete(resume);
    if (turns.every(({ size }) => size === 0) && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}
