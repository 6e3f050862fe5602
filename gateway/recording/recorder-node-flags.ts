// How Node is started for the recorder's process: by `liuhen run`, and by the bench, which measures the product.

/**
 * Frames wait a few seconds in memory, so nearly all of them outlive V8's youngest generation: a small one costs
 * no more time and spares some 10 MB with 16 cameras (README, measured).
 */
export const recorderNodeFlags: readonly string[] = ['--max-semi-space-size=2'];
