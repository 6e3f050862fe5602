// Faults of proving a session and of checking one offline. What a check finds wrong is no error but a finding.
import type { ErrorText } from '../errors.ts';

export const verifyErrors = {
  PROOF_NOT_CLOSED: {
    en: 'The ledger has no signed close of session {session} yet; its proof is written at the next start.',
    zh: '台账中尚无会话 {session} 的已签名结束记录；下次启动时补写证明。',
  },
  VERIFY_NOTHING: {
    en: 'There is no session folder at or below {path}.',
    zh: '{path} 及其下级目录中没有会话目录。',
  },
  VERIFY_KEY: {
    en: 'The file {file} holds no Ed25519 public key in PEM: {why}.',
    zh: '文件 {file} 不是 PEM 格式的 Ed25519 公钥：{why}。',
  },
} as const satisfies Record<string, ErrorText>;
