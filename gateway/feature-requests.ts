// Which requests of the control socket features answer, and how they come to them. Those of sessions are gateway.ts's.
import type { ControlHandlers } from './sessions/control-api.ts';

/** The rest of controlRequestNames is answered by control itself. */
export const featureRequestNames = [
  'interrupt',
  'resume',
  'book',
  'unbook',
  'bookings',
  'check',
  'issue',
  'return',
  'report',
  'maintain',
  'devices',
  'device-history',
  'deadlines',
  'remote-work',
  'remote-return',
  'docks',
  'dock-health',
  'dock-firmware',
  'clips',
  'clip-class',
  'field-book',
  'field-unbook',
  'field-bookings',
] as const satisfies readonly (keyof ControlHandlers)[];

type FeatureHandlers = Pick<ControlHandlers, (typeof featureRequestNames)[number]>;

/** A handler for each, which asks the features; each feature checks the bodies, and answers as the contract says. */
export function featureHandlers(ask: (request: string, body: unknown) => Promise<unknown>): FeatureHandlers {
  const handlers = featureRequestNames.map((name) => [name, (body: unknown) => ask(name, body)] as const);
  return Object.fromEntries(handlers) as FeatureHandlers;
}
