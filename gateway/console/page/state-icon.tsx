// A shape for each state, so that nobody needs to see colours (WCAG 2.2, 1.4.1).
import type { RoomStateWord } from '../../../config/dictionary.ts';

const shapes: Readonly<Record<RoomStateWord | 'unknown', string>> = {
  idle: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 3a6 6 0 1 1 0 12 6 6 0 0 1 0-12z',
  opening:
    'M12 2a10 10 0 0 1 10 10h-3.5A6.5 6.5 0 0 0 12 5.5zM12 22A10 10 0 0 1 2 12h3.5A6.5 6.5 0 0 0 12 18.5z',
  recording: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z',
  degraded: 'M12 2 23 21H1zm-1.3 6v6.5h2.6V8zm0 8v2.6h2.6V16z',
  interrupted:
    'M7.5 2h9L22 7.5v9L16.5 22h-9L2 16.5v-9zm-.3 7 3 3-3 3 1.8 1.8 3-3 3 3 1.8-1.8-3-3 3-3L15 7.2l-3 3-3-3z',
  closing: 'M4 4h16v16H4z',
  unknown:
    'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.3 14.5h2.6V19h-2.6zm.1-1.7c0-3.4 3-3.4 3-5.4 0-1-.8-1.7-1.9-1.7-1.2 0-2 .8-2.1 2H7.4C7.5 7 9.3 5.2 12 5.2s4.6 1.7 4.6 4.1c0 3-3 3.3-3 5.5z',
};

export function StateIcon({ state }: { state: RoomStateWord | 'unknown' }) {
  return (
    <svg class="state-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path fill="currentColor" fill-rule="evenodd" d={shapes[state]} />
    </svg>
  );
}
