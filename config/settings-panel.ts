// The panel of a room: where it is, and on which pins its parts are wired. What it does is gateway/panel's.
import { about } from './settings-fields.ts';
import { z } from './zod.ts';

export const panelAddressPattern =
  /^serial:\/[^\s]{1,254}$|^tcp:\/\/(?:[\w.-]{1,253}|\[[0-9a-fA-F:]+\]):\d{1,5}$/;

/** A narrower scale would have steps of more than one percent of the board's converter. */
const leastSpanMv = 500;

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
  humidity: pin('A humidity sensor whose voltage is linear, on an analog pin.', 14).optional(),
});

const millivolts = (what: string, usual: number) =>
  about(z.number().int().min(0).max(5000).default(usual), {
    what,
    range: '0 to 5000, in millivolts at a supply of 5 V',
  });

const humidityScaleSchema = z.strictObject({
  mvAt0: millivolts('Its voltage at 0 % relative humidity.', 800),
  mvAt100: millivolts('Its voltage at 100 % relative humidity.', 3900),
});

export const panelSchema = z.strictObject({
  address: about(z.string().regex(panelAddressPattern).refine(isPort), {
    what: 'Where the board with StandardFirmata is.',
    range: 'serial:/dev/ttyACM0, or tcp://host:port with a port of 1 to 65535',
    why: 'A path below /dev/serial/by-id stays the same whatever else is plugged in.',
  }),
  pins: about(panelPinsSchema.refine(eachOnce).prefault({}), {
    what: 'The pins of its parts.',
    range:
      'button, lamp, and door, buzzer, temperature, humidity where they are wired; each on a pin of its own',
  }),
  humidityScale: about(
    humidityScaleSchema.refine(({ mvAt0, mvAt100 }) => mvAt100 - mvAt0 >= leastSpanMv).prefault({}),
    {
      what: 'What the humidity sensor says, from its datasheet; the defaults are those of a HIH-4030.',
      range: 'mvAt0 and mvAt100, the second at least 500 above the first',
      why: 'StandardFirmata reads voltages only; a sensor with a protocol of its own cannot be read by it.',
    },
  ),
});

/** Whether the port of an address is one; a serial line has none. */
export function isPort(address: string): boolean {
  const port = /:(\d+)$/.exec(address)?.[1];
  return address.startsWith('serial:') || (Number(port) >= 1 && Number(port) <= 65_535);
}

function eachOnce(pins: Readonly<Record<string, number | undefined>>): boolean {
  const wired = Object.values(pins).filter((each) => each !== undefined);
  return new Set(wired).size === wired.length;
}
