// Faults of the ledger, the contract with headquarters and the way there.
import type { ErrorText } from '../errors.ts';

export const hqErrors = {
  HQ_MESSAGE_INVALID: {
    en: 'A {message} is not acceptable: {why}. Gateway and headquarters must speak the same contract (protocols/hq/liuhen.proto).',
    zh: '消息 {message} 无效：{why}。网关与指挥中心须使用同一协议（protocols/hq/liuhen.proto）。',
  },
  LEDGER_IN_USE: {
    en: 'The ledger in {folder} is open in another process. Only one may write it; stop the other one.',
    zh: '台账 {folder} 正被另一进程使用。只允许一个进程写入，请停止另一进程。',
  },
  LEDGER_UNUSABLE: {
    en: 'The store in {folder} cannot be used: {why}. Check the disk before anything else.',
    zh: '无法使用 {folder} 中的存储：{why}。请首先检查磁盘。',
  },
  LEDGER_BROKEN: {
    en: 'The ledger in {folder} is damaged at entry {seq}: {why}. Do not delete it: keep a copy of the folder; headquarters holds the entries up to its last receipt.',
    zh: '台账 {folder} 在第 {seq} 条损坏：{why}。请勿删除，保留该目录副本；指挥中心存有其最后回执之前的记录。',
  },
  LEDGER_BUSY: {
    en: 'More than {limit} entries wait for the disk; this one was not taken.',
    zh: '等待写盘的记录超过 {limit} 条，本条未写入。',
  },
  LEDGER_CLOSED: {
    en: 'The ledger is closed; the entry was not taken.',
    zh: '台账已关闭，记录未写入。',
  },
  LEDGER_WRITE: {
    en: 'The ledger in {folder} could not be written: {why}. What was to be entered has not happened.',
    zh: '台账 {folder} 写入失败：{why}。相应事项视为未发生。',
  },
  DEVICE_KEY: {
    en: 'The device key {file} cannot be used: {why}. It must be an Ed25519 private key that only the user of the service can read (chmod 600).',
    zh: '无法使用设备密钥 {file}：{why}。须为仅服务用户可读的 Ed25519 私钥（chmod 600）。',
  },
  EXPECTED_KEY: {
    en: 'The expected device key {file} cannot be used: {why}. It must hold the Ed25519 public keys of one gateway, oldest first (PEM).',
    zh: '无法使用登记的设备公钥 {file}：{why}。须为该网关的 Ed25519 公钥（PEM），旧者在前。',
  },
  UPLINK_CURSOR: {
    en: "The feed's cursor ({cursor}) is beyond this ledger, which ends with entry {head}: the ledger of {gateway} has lost its end, or the cursor is not its own. Everything is sent again from the first entry; compare with headquarters' copy.",
    zh: '上报位置（{cursor}）超出网关 {gateway} 的台账（至第 {head} 条）：台账尾部丢失或该位置不属于本台账。将从第一条重新上报，请与总部存档核对。',
  },
  UPLINK_AHEAD: {
    en: 'Headquarters holds {gateway} up to entry {seq}, but this ledger ends with {head}: it has lost its end, perhaps by an older copy of the disk. Keep both, and compare them before anything else.',
    zh: '总部存有网关 {gateway} 至第 {seq} 条记录，而本机台账仅至第 {head} 条：台账尾部丢失，或磁盘被旧副本恢复。请保留两者，先行核对。',
  },
  UPLINK_FORKED: {
    en: 'Headquarters holds another entry {seq} of {gateway} than this box: the ledger has forked. The box goes on recording; keep both ledgers and find out which box or copy spoke.',
    zh: '总部所存网关 {gateway} 第 {seq} 条与本机不同：台账已分叉。录制继续，请保留两份台账并查明来源。',
  },
  UPLINK_REFUSED: {
    en: 'Headquarters answers, but does not take entry {seq} of {gateway}. Its feed names the alarm, for example a wrong signature or a changed key; it is sent again ever less often.',
    zh: '总部有应答，但不接收网关 {gateway} 第 {seq} 条记录。原因见总部动态中的警报（如签名错误、密钥改变）；将逐渐减少重发。',
  },
  HQ_COMMAND_INVALID: {
    en: "A command of headquarters is refused: {why}. Nothing was done. Send it again as protocols/hq/liuhen.proto's Command says, with a new id.",
    zh: '总部命令被拒绝：{why}。未作任何更改。请按 protocols/hq/liuhen.proto 中的 Command 以新编号重新发送。',
  },
  HQ_COMMAND_EXPIRED: {
    en: "The command was valid until {until}, and the box's clock says {now}. Nothing was done. Send a new one, and compare the clocks of both ends.",
    zh: '命令有效期至 {until}，网关时钟为 {now}。未作任何更改。请重新发送，并核对两端时钟。',
  },
  HQ_COMMAND_BUSY: {
    en: 'The box holds {limit} commands already, and takes no more for now. Nothing was done; send it again later.',
    zh: '网关已有 {limit} 条命令，暂不接收更多。未作任何更改，请稍后重发。',
  },
  HQ_COMMAND_FAILED: {
    en: 'The box could not do it: {why}. Its log says more; the ledger says what was done.',
    zh: '网关未能执行：{why}。详情见网关日志，已做之事见台账。',
  },
  HQ_COMMAND_CUT_OFF: {
    en: 'The box ended before it had done anything of the command. Sent again with the same id it is done, once.',
    zh: '网关在执行命令之前已停止，未作任何更改。以同一编号重发即可，只执行一次。',
  },
  HQ_COMMAND_UNANSWERED: {
    en: '{gateway} has not answered command {id} within {seconds} s. It may still be done until {until}; its ledger says whether it was.',
    zh: '{gateway} 在 {seconds} 秒内未答复命令 {id}。{until} 之前仍可能被执行；是否执行以其台账为准。',
  },
  MQTT_OPTIONS: {
    en: 'The connection to the broker {url} cannot be prepared: {why}.',
    zh: '无法准备与消息服务器 {url} 的连接：{why}。',
  },
  MQTT_OFFLINE: {
    en: 'The broker {url} is not connected; nothing was sent.',
    zh: '未连接消息服务器 {url}，未发送。',
  },
  MQTT_TIMEOUT: {
    en: 'The broker {url} did not acknowledge within {afterMs} ms.',
    zh: '消息服务器 {url} 在 {afterMs} 毫秒内未确认。',
  },
  BROKER_LISTEN: {
    en: 'The broker cannot listen on {host}:{port} ({why}). Give a free address with --listen HOST:PORT.',
    zh: '消息服务器无法监听 {host}:{port}（{why}）。请用 --listen 主机:端口 指定可用地址。',
  },
} as const satisfies Record<string, ErrorText>;
