// The torture of offloads in a piece that fits every run of the tests; test/peers/offload-torture.peer.ts has the
// thousand. OFFLOAD_SEED, OFFLOADS and OFFLOAD_TRACE (lines that are shown) change it.
import t from 'tap';
import { tortured } from './offload-torture.ts';

t.setTimeout(300_000);
const { OFFLOAD_SEED: seed = '1', OFFLOADS: offloads = '150' } = process.env;

t.test(
  'A11, E1, P5, P6: whatever goes wrong at an offload, no clip is lost, none erased before its entry, none corrupt',
  (t) => tortured(t, { seed: Number(seed), offloads: Number(offloads) }),
);
