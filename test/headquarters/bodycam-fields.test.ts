// What headquarters reads of the entries about body-cams: words instead of the contract's, times, and of a check only
// what is not in order.
import t from 'tap';
import { bodycamFields } from '../../headquarters/bodycam-fields.ts';

const device = { device: 'cam-1', serial: 'SN-0001' };
const officer = { name: '王某', certificate: 'HY-001' };
const at = { wallMs: 1n, monoUs: 1n };

t.test(
  'D1, D5: an issue tells at headquarters what of the device was not in order, and no more',
  async (t) => {
    const item = { device: '', detail: '', article: 'JZ 16' };
    const items = [
      { ...item, item: 'battery', result: 'fault', finding: 'battery-low' },
      { ...item, item: 'card', result: 'ok', finding: '' },
      { ...item, item: 'device', result: 'unknown', finding: 'device-suspect' },
    ];
    const place = { dock: 'd', slot: 1, batteryPercent: 12, freeBytes: 5n };
    const matter = { matter: 'patrol', caseNumber: '', caseName: '', parties: [], article: 'JZ 16' };
    const value = { ...device, officer, by: 'clerk', at, ...place, items, ...matter };
    const fields = bodycamFields({ case: 'deviceIssued', value }, 'en');
    t.match(fields, {
      officer: '王某 (HY-001)',
      faults: ['battery: too little battery to be handed out'],
      notKnown: ['device: the box saw what may be a fault of it'],
    });
    t.notOk('items' in fields);
    t.match(bodycamFields({ case: 'deviceIssued', value }, 'zh-CN'), {
      faults: ['电量: 电量不足，不宜领用'],
    });
  },
);

t.test('D5: a report and a repair are told in words', async (t) => {
  const report = (what: string) => {
    const value = { ...device, what, detail: '', by: 'clerk', at, article: 'ZZ 52' };
    return bodycamFields({ case: 'deviceReported', value }, 'zh-CN')['what'];
  };
  t.equal(report('fault'), '故障：立即停止使用');
  t.equal(report('lost'), '丢失');
  const repair = { what: 'new lens', provider: '维修站', outcome: 'in-use', by: 'clerk', at, article: '' };
  t.match(bodycamFields({ case: 'deviceMaintained', value: { ...device, ...repair } }, 'en'), {
    what: 'new lens',
    outcome: 'in use again',
  });
});
