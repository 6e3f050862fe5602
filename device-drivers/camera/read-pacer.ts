// One timer for all sockets of the process: between two ticks the kernel keeps what cameras send, and each
// socket is then read in one go. Reading every packet as it comes costs several times as much.
// A read as long as the shortest part that `auto` chooses (gateway/recording) lets every read end in a part.
const readEveryMs = 300;

/** The read buffer of all streams: each read is handled to its end before the next one begins. */
export const sharedReadBuffer = Buffer.allocUnsafeSlow(1024 * 1024);

const resumers = new Set<() => void>();
let timer: NodeJS.Timeout | null = null;

/** Calls `resume` at every tick until the answer is called. */
export function paceReads(resume: () => void): () => void {
  resumers.add(resume);
  timer ??= setInterval(() => {
    for (const each of resumers) each();
  }, readEveryMs);
  return () => {
    resumers.delete(resume);
    if (resumers.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}
