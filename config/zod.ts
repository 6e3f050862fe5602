// The one door to zod: what settings, policy packs and calendars are checked with.
export { z } from 'zod';
