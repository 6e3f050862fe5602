// What a board has to offer so that the panel's contract can be tried on it: hands at its contacts and eyes on its
// outputs. The simulator and an emulated chip each offer them in their own way.

/** Wires by which a real board tries itself, from an output to a contact: the lamp's to the door's, the buzzer's to the button's. */
export const testWires = { lampToDoor: [13, 3], buzzerToButton: [8, 2] } as const;

export interface PanelBench {
  readonly address: string;
  /** Presses and holds the button, until `release`. */
  press(): void;
  release(): void;
  door(open: boolean): void;
  /** 0 to 1023, as the board's converter gives them, on the sensor's pin. */
  temperature(raw: number): void;
  humidity(raw: number): void;
  readonly lamp: boolean;
  readonly buzzer: boolean;
  /** Pulls the cable. */
  unplug(): void;
  /** Plugs it in again: the board boots. */
  plug(): Promise<void>;
  close(): Promise<void>;
}
