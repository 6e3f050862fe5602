// Preloaded into the gateway's processes by a story (NODE_OPTIONS=--import …): sets their wall clock ahead or back by
// the milliseconds that a file holds. CLOCK_MONOTONIC stays: so does a box behave when its clock is set.
import { readFileSync } from 'node:fs';

/** The name of the variable that names the file. */
const file = process.env.LIUHEN_STORY_CLOCK;
/** So long one reading of the file holds, in milliseconds. */
const keptMs = 20;

if (file !== undefined) {
  const RealDate = Date;
  let byMs = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  const shifted = () => {
    const real = RealDate.now();
    if (real - readAt >= keptMs) {
      readAt = real;
      byMs = Number(readFileSync(file, 'utf8'));
    }
    return real + byMs;
  };
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, made) =>
      Reflect.construct(target, args.length === 0 ? [shifted()] : args, made),
    apply: () => new RealDate(shifted()).toString(),
    get: (target, name) => (name === 'now' ? shifted : Reflect.get(target, name)),
  });
}
