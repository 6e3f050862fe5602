// The room screen's server: where it listens, and who may use it. What it shows and does is gateway/console's.
import { about, credentialName, file } from './settings-fields.ts';
import { z } from './zod.ts';

/** Every address of the box at once: a screen belongs to one network, and that one is named. */
const anyAddress = new Set(['0.0.0.0', '::', '[::]', '*']);
const hostPattern = /^(?:[A-Za-z0-9](?:[\w.-]{0,252})|\[?[0-9a-fA-F:]+\]?)$/;

export const consoleSchema = z.strictObject({
  host: about(
    z
      .string()
      .regex(hostPattern)
      .refine((host) => !anyAddress.has(host))
      .default('127.0.0.1'),
    {
      what: 'The address of the box on which the pages are served.',
      range: 'an IP address or a host name of the box; not 0.0.0.0, not ::',
      why: 'Loopback serves a screen that is wired to the box. A tablet needs the address that the box has in its network, and then `credentials` too.',
    },
  ),
  port: about(z.number().int().min(1).max(65_535).default(8480), {
    what: 'The port of the pages.',
    range: '1 to 65535',
    unit: 'TCP port',
  }),
  credentials: about(credentialName, {
    what: 'The name of the credentials whose password is the code that a tablet is asked for, once.',
    range: '1 to 63 lower-case letters, digits and inner hyphens; the password 6 to 128 characters',
    why: 'Who can open the page can end a session. Without it, only a page on the box itself may be served.',
  }).optional(),
  tls: about(
    z.strictObject({
      cert: file('The certificate of the pages, PEM.'),
      key: file('Its key, PEM; not readable by others.'),
    }),
    {
      what: 'HTTPS for the pages.',
      range: 'cert and key',
      why: 'On a network that others share, the code would be read on its way.',
    },
  ).optional(),
});
