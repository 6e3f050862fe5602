// Waits for an answer of a disk, but not for ever: a card that hangs answers in minutes or never. What is done then is
// the caller's; the call itself cannot be taken back.

export const late = Symbol('late');
export const stopped = Symbol('stopped');

/** The answer, or what came before it: the time, or the signal. Rejects as the answer does, if that comes first. */
export async function within<T>(
  answer: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<T | typeof late | typeof stopped> {
  if (signal?.aborted) {
    // Nobody waits for it any more: when it fails, that is no fault of the process.
    answer.catch(() => {});
    return stopped;
  }
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const end = new Promise<typeof late | typeof stopped>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late);
    onAbort = () => resolve(stopped);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, end]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
