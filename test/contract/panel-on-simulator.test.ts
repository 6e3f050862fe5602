// The panel's contract on the simulated board.
import t from 'tap';
import { createSimPanel } from '../../hw-sim/panel/sim-panel.ts';
import { panelContract } from './panel-contract.ts';

panelContract(t, createSimPanel);
