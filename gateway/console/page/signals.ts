// The door to the signals, on which the page keeps what it knows; components that read one are drawn again with it.
export { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
