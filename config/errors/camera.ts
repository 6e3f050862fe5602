import type { ErrorText } from '../errors.ts';

export const cameraErrors = {
  ONVIF_REPLY_UNREADABLE: {
    en: 'The camera sent an ONVIF reply that cannot be used: {reason}.',
    zh: '摄像机返回的 ONVIF 应答无法使用：{reason}。',
  },
  ONVIF_NOT_AUTHORIZED: {
    en: 'The camera refused the login over ONVIF ({subcode}). Check the user name, the password and the clock.',
    zh: '摄像机拒绝了 ONVIF 登录（{subcode}）。请检查用户名、密码和时钟。',
  },
  ONVIF_FAULT: {
    en: 'The camera answered with an ONVIF fault: {subcode}.',
    zh: '摄像机返回 ONVIF 错误：{subcode}。',
  },
  DISCOVERY_NETWORK: {
    en: 'The network could not be searched for cameras: {why}.',
    zh: '无法在网络上搜索摄像机：{why}。',
  },
  DISCOVERY_OPTION: {
    en: 'The value of {option} cannot be used; see liuhen discover --help.',
    zh: '{option} 的值无效；请参阅 liuhen discover --help。',
  },
  IMAGING_OPTION: {
    en: '--imaging does not take "{word}"; it takes brightness, saturation, contrast or sharpness with a number, irCutFilter=ON, OFF or AUTO, exposure=AUTO or MANUAL, each once.',
    zh: '--imaging 不接受“{word}”；可用 brightness、saturation、contrast、sharpness 加数值，irCutFilter=ON、OFF 或 AUTO，exposure=AUTO 或 MANUAL，各一次。',
  },
  CAMERA_HTTP: {
    en: 'The camera at {host} did not answer over HTTP ({fault}): {why}.',
    zh: '摄像机 {host} 的 HTTP 请求失败（{fault}）：{why}。',
  },
  CAMERA_PROFILE: {
    en: 'The camera at {host} has no media profile {wanted} ({fault}).',
    zh: '摄像机 {host} 没有可用的媒体配置 {wanted}（{fault}）。',
  },
  CAMERA_CHANGED: {
    en: 'Another device answers at {host} ({fault}): its {what} is {seen} instead of {pinned}.',
    zh: '{host} 处的设备已更换（{fault}）：{what} 为 {seen}，应为 {pinned}。',
  },
  CAMERA_EVENTS: {
    en: 'The camera at {host} gives no event hints ({fault}): {why}. Recording does not need them.',
    zh: '摄像机 {host} 不提供事件提示（{fault}）：{why}。不影响记录。',
  },
  MEDIA_PARAMETER_SET: {
    en: 'A parameter set cannot be read: {why}.',
    zh: '无法解析参数集：{why}。',
  },
  RTSP_DESCRIPTION: {
    en: 'The camera described its stream in a way that cannot be read: {why}.',
    zh: '摄像机的流描述无法解析：{why}。',
  },
  CAMERA_STREAM: {
    en: 'The stream of the camera at {host} did not come up ({fault}): {why}.',
    zh: '摄像机 {host} 的视频流未能建立（{fault}）：{why}。',
  },
  RTSP_ADDRESS: {
    en: 'The RTSP address of the camera cannot be used: {why}.',
    zh: '摄像机的 RTSP 地址无法使用：{why}。',
  },
  RTSP_TOO_LARGE: {
    en: 'The camera sent {what} over the limit of {limit}.',
    zh: '摄像机发送的{what}超过上限 {limit}。',
  },
  RTSP_BAD_MESSAGE: {
    en: 'An RTSP message cannot be used: {why}.',
    zh: 'RTSP 消息无效：{why}。',
  },
  CAMERA_UNKNOWN: {
    en: 'There is no camera {camera} in {file}; there are {known}.',
    zh: '{file} 中没有摄像机 {camera}；已有：{known}。',
  },
  CAMERA_PICTURE: {
    en: 'Camera {host} cannot be asked for {what}: {why}.',
    zh: '摄像机 {host} 无法提供{what}：{why}。',
  },
} as const satisfies Record<string, ErrorText>;
