// A thousand offloads with something going wrong at most of them: the torture of the tests, with as many seeds as it
// takes, two at once. OFFLOADS and OFFLOAD_SEED (the first one) change it.
import t from 'tap';
import { tortured } from '../gateway/bodycam/custody/offload-torture.ts';

/** Of one seed: what is in the store is hashed again at its end. */
const ofOneSeed = 125;

const { OFFLOAD_SEED: first = String(Date.now() % 1_000_000), OFFLOADS: offloads = '1000' } = process.env;
t.setTimeout(1_800_000);
t.jobs = 2;

for (let done = 0; done < Number(offloads); done += ofOneSeed) {
  const seed = Number(first) + done / ofOneSeed;
  const part = Math.min(ofOneSeed, Number(offloads) - done);
  void t.test(
    `A11, E1, P5, P6: seed ${seed}: no clip lost, none erased before its entry, none corrupt`,
    { buffered: true },
    (t) => tortured(t, { seed, offloads: part }),
  );
}
