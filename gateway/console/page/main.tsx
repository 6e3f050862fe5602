// The page begins here; which room a screen shows is in its address.
import './style.css';
import { watch } from './live.ts';
import { render } from './preact.ts';
import { RoomScreen } from './room-screen.tsx';

const place = document.getElementById('screen');
if (place) render(<RoomScreen />, place);
watch();
