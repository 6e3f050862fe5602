// Finding a device's volume by its serial number, in lists as the kernel writes them.
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { findVolumes, readMountinfo, type Disk } from '../../../../gateway/bodycam/copying/volume-finder.ts';
import { readDisks, readVolumes } from '../../../../gateway/bodycam/copying/volume-reader.ts';

const mountinfo = String.raw`22 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
23 28 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
29 24 0:25 / /dev/shm rw,nosuid,nodev shared:4 master:2 propagate_from:1 - tmpfs tmpfs rw
98 28 8:1 / /media/dock\0401 ro,nosuid,nodev,noexec,relatime shared:51 - vfat /dev/sda1 ro,fmask=0022,codepage=437,iocharset=ascii,shortname=mixed,utf8,errors=remount-ro
99 28 8:17 / /media/dock2 rw,nosuid,nodev shared:52 - exfat /dev/sdb1 rw,uid=1000,iocharset=utf8
100 28 8:33 /DCIM /srv/bind rw - ext4 /dev/sdc1 rw
101 28 8:49 / /media/a rw - ext4 /dev/sdd1 rw
102 28 8:49 / /media/b ro - ext4 /dev/sdd1 rw
103 28 8:65 / /media/covered ro - vfat /dev/sde1 ro
104 28 0:44 / /media/covered rw - tmpfs tmpfs rw
105 28 8:81 / /media/\345\275\225\134x ro - vfat /dev/sdf1 ro
106 28 8:82 / /media/part2 ro - vfat /dev/sdf2 ro
107 28 8:97 / /media/bad\377 ro - vfat /dev/sdg1 ro
not a line
108 28 8:113 / relative ro - vfat /dev/sdh1 ro
109 28 8:129 / /media/nodash ro vfat /dev/sdi1 ro
`;
const disk = (name: string, serial: string | null, ...devices: string[]): Disk => ({ name, serial, devices });
const disks = [
  disk('sda', 'BC-0001', '8:0', '8:1'),
  disk('sdb', 'BC-0002', '8:16', '8:17'),
  disk('sdc', 'BC-0003', '8:32', '8:33'),
  disk('sdd', 'BC-0004', '8:48', '8:49'),
  disk('sde', 'BC-0005', '8:64', '8:65'),
  disk('sdf', 'BC-0006', '8:80', '8:81', '8:82'),
  disk('sdg', 'BC-0007', '8:96', '8:97'),
  disk('sdx', 'TWIN', '8:200'),
  disk('sdy', 'TWIN', '8:210'),
  disk('sdz', null, '8:220'),
];
const none = { state: 'no-disk' };
const table: readonly [name: string, serial: string, expected: object][] = [
  [
    'mounted read-only, a blank in its name',
    'BC-0001',
    {
      state: 'found',
      volumes: [{ device: '8:1', point: '/media/dock 1', type: 'vfat', writableBy: 'nobody' }],
    },
  ],
  [
    'mounted for writing',
    'BC-0002',
    {
      state: 'found',
      volumes: [{ device: '8:17', point: '/media/dock2', type: 'exfat', writableBy: 'anybody' }],
    },
  ],
  ['one folder of it', 'BC-0003', { state: 'not-mounted', disk: 'sdc' }],
  [
    'twice, the read-only one first',
    'BC-0004',
    { state: 'found', volumes: [{ device: '8:49', point: '/media/b', type: 'ext4', writableBy: 'others' }] },
  ],
  ['covered by another mount', 'BC-0005', { state: 'not-mounted', disk: 'sde' }],
  [
    'two partitions, a name in octal',
    'BC-0006',
    {
      state: 'found',
      volumes: [
        { device: '8:81', point: '/media/录\\x', type: 'vfat', writableBy: 'nobody' },
        { device: '8:82', point: '/media/part2', type: 'vfat', writableBy: 'nobody' },
      ],
    },
  ],
  ['a mount point that is no UTF-8', 'BC-0007', { state: 'not-mounted', disk: 'sdg' }],
  ['a serial number that two have', 'TWIN', { state: 'several-disks', disks: ['sdx', 'sdy'] }],
  ['none', 'BC-9999', none],
  ['part of one', 'BC-000', none],
  ['an empty one, as devices without any have', '', none],
];

t.test(
  'the volume of a device is found by its whole serial number, and said to be writable when it is',
  async (t) => {
    const mounts = readMountinfo(mountinfo);
    t.equal(mounts.length, 14);
    for (const [name, serial, expected] of table) t.same(findVolumes(serial, disks, mounts), expected, name);
  },
);

t.test('what this machine mounts is read', async (t) => {
  const mounts = readMountinfo(await fs.readFile('/proc/self/mountinfo', 'utf8'));
  t.ok(mounts.some(({ point, root }) => point === '/' && root.startsWith('/')));
  t.match(await readVolumes('no such serial number'), none);
});

t.test('the serial number is that of the USB device which the disk hangs on', async (t) => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'lh-'));
  t.teardown(() => fs.rm(folder, { recursive: true, force: true }));
  const sys = path.join(folder, 'sys');
  const files: Readonly<Record<string, string>> = {
    'devices/pci/usb1/idVendor': '1d6b\n',
    'devices/pci/usb1/serial': '0000:00:14.0\n',
    'devices/pci/usb1/1-2/idVendor': '0781\n',
    'devices/pci/usb1/1-2/serial': 'BC-0001\n',
    'devices/pci/usb1/1-2/1-2:1.0/host6/block/sda/dev': '8:0\n',
    'devices/pci/usb1/1-2/1-2:1.0/host6/block/sda/sda10/dev': '8:10\n',
    'devices/pci/usb1/1-2/1-2:1.0/host6/block/sda/sda2/dev': '8:2\n',
    'devices/pci/usb1/1-3/idVendor': '0781\n',
    'devices/pci/usb1/1-3/1-3:1.0/block/sdb/dev': '8:16\n',
    'devices/pci/nvme0/block/nvme0n1/dev': '259:0\n',
    'devices/pci/nvme0/block/nvme0n1/device/serial': 'S4EV   \n',
    'devices/virtual/block/loop0/dev': '7:0\n',
  };
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(sys, name)), { recursive: true });
    await fs.writeFile(path.join(sys, name), text);
  }
  await fs.mkdir(path.join(sys, 'block'));
  for (const at of ['usb1/1-2/1-2:1.0/host6/block/sda', 'usb1/1-3/1-3:1.0/block/sdb', 'nvme0/block/nvme0n1'])
    await fs.symlink(`../devices/pci/${at}`, path.join(sys, 'block', path.basename(at)));
  await fs.symlink('../devices/virtual/block/loop0', path.join(sys, 'block', 'loop0'));
  await fs.symlink('../devices/gone', path.join(sys, 'block', 'sdq'));
  t.same(await readDisks(sys), [
    { name: 'loop0', serial: null, devices: ['7:0'] },
    { name: 'nvme0n1', serial: 'S4EV', devices: ['259:0'] },
    { name: 'sda', serial: 'BC-0001', devices: ['8:0', '8:2', '8:10'] },
    { name: 'sdb', serial: null, devices: ['8:16'] },
  ]);
  const places = { sys, mountinfo: path.join(folder, 'mountinfo') };
  await fs.writeFile(places.mountinfo, '9 1 8:2 / /mnt ro shared:1 - exfat /dev/sda2 ro\n');
  t.match(await readVolumes('BC-0001', places), { state: 'found', volumes: [{ point: '/mnt' }] });
});
