// How the requests of the control socket that features answer come to them. Those of sessions are gateway.ts's.
import type { ControlHandlers } from './sessions/control-api.ts';
import { featureRequestNames } from './sessions/control-protocol.ts';

type FeatureHandlers = Pick<ControlHandlers, (typeof featureRequestNames)[number]>;

/** A handler for each, which asks the features; each feature checks the bodies, and answers as the contract says. */
export function featureHandlers(ask: (request: string, body: unknown) => Promise<unknown>): FeatureHandlers {
  const handlers = featureRequestNames.map((name) => [name, (body: unknown) => ask(name, body)] as const);
  return Object.fromEntries(handlers) as FeatureHandlers;
}
