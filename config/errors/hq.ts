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
