// The panel of a room: where it is, and on which pins its parts are wired. What it does is gateway/panel's.
import { about } from './settings-fields.ts';
import { z } from './zod.ts';

export const panelAddressPattern =
  /^serial:\/[^\s]{1,254}$|^tcp:\/\/(?:[\w.-]{1,253}|\[[0-9a-fA-F:]+\]):\d{1,5}$/;

const pin = (what: string, least = 2) =>
  about(z.number().int().min(least).max(69), {
    what,
    range: `${least} to 69, as the board counts them; 0 and 1 are the serial line, 14 is A0 of an Uno`,
  });

/** Of PanelPins in device-drivers/panel. */
export const panelPinsSchema = z.strictObject({
  button: pin('The button, to ground.').default(2),
  lamp: pin('The recording lamp.').default(13),
  door: pin('The door contact, to ground while it is closed.').optional(),
  buzzer: pin('The buzzer.').optional(),
  temperature: pin('A TMP36 temperature sensor, on an analog pin.', 14).optional(),
});

export const panelSchema = z.strictObject({
  address: about(z.string().regex(panelAddressPattern).refine(isPort), {
    what: 'Where the board with StandardFirmata is.',
    range: 'serial:/dev/ttyACM0, or tcp://host:port with a port of 1 to 65535',
    why: 'A path below /dev/serial/by-id stays the same whatever else is plugged in.',
  }),
  pins: about(panelPinsSchema.refine(eachOnce).prefault({}), {
    what: 'The pins of its parts.',
    range: 'button, lamp, and door, buzzer, temperature where they are wired; each on a pin of its own',
  }),
});

function isPort(address: string): boolean {
  const port = /:(\d+)$/.exec(address)?.[1];
  return address.startsWith('serial:') || (Number(port) >= 1 && Number(port) <= 65_535);
}

function eachOnce(pins: Readonly<Record<string, number | undefined>>): boolean {
  const wired = Object.values(pins).filter((each) => each !== undefined);
  return new Set(wired).size === wired.length;
}
