// What people read of a panel, in both languages. The types make a missing word a compile error.
import type { Language } from '../../config/dictionary.ts';

export type PanelWord = 'panel' | 'connected' | 'away' | 'door' | 'open' | 'closed' | 'seenAtReturn';

export const panelWords: Readonly<Record<Language, Readonly<Record<PanelWord, string>>>> = {
  en: {
    panel: 'panel',
    connected: 'connected',
    away: 'NOT CONNECTED',
    door: 'door',
    open: 'open',
    closed: 'closed',
    seenAtReturn: 'seen when the panel was back; it moved while the panel was not connected',
  },
  'zh-CN': {
    panel: '控制面板',
    connected: '已连接',
    away: '未连接',
    door: '门',
    open: '开',
    closed: '关',
    seenAtReturn: '面板恢复连接时发现，变动发生在面板断开期间',
  },
};
