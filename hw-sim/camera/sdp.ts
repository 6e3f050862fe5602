// The session description of a camera (RFC 4566) with the parameters of RFC 6184 §8.2.1, RFC 7798 §7.1 and
// RFC 3640 §4.1.
import type { Facts } from './behaviour.ts';
import { audioPayloadTypes, videoPayloadType } from './media-pump.ts';

export function describe(facts: Facts, host: string): string {
  const { video, audio } = facts;
  const base64 = video.parameterSets.map((nal) => nal.toString('base64'));
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    `s=${facts.name}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
  ];
  lines.push(
    `m=video 0 RTP/AVP ${videoPayloadType}`,
    `a=rtpmap:${videoPayloadType} ${video.codec.toUpperCase()}/90000`,
  );
  const parameters: string[] = [];
  if (video.codec === 'h264') {
    parameters.push('packetization-mode=1');
    // A camera that has no sets to show leaves the parameters out; it does not write them empty.
    const [sps] = video.parameterSets;
    if (sps)
      parameters.push(
        `profile-level-id=${sps.toString('hex', 1, 4)}`,
        `sprop-parameter-sets=${base64.join(',')}`,
      );
  } else if (base64.length === 3) {
    const [vps, sps, pps] = base64;
    parameters.push(`sprop-vps=${vps}`, `sprop-sps=${sps}`, `sprop-pps=${pps}`);
  }
  if (parameters.length > 0) lines.push(`a=fmtp:${videoPayloadType} ${parameters.join(';')}`);
  lines.push(`a=framerate:${video.fps}`, 'a=recvonly', 'a=control:track1');
  if (audio) {
    const type = audioPayloadTypes[audio.codec];
    lines.push(`m=audio 0 RTP/AVP ${type}`);
    if (audio.codec === 'aac') {
      lines.push(`a=rtpmap:${type} MPEG4-GENERIC/${audio.clockRate}/${audio.channels}`);
      const config = audio.config.toString('hex').toUpperCase();
      lines.push(
        `a=fmtp:${type} streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${config}`,
      );
    } else if (audio.codec === 'opus') lines.push(`a=rtpmap:${type} opus/48000/2`);
    else lines.push(`a=rtpmap:${type} ${audio.codec.toUpperCase()}/8000`);
    lines.push('a=recvonly', 'a=control:track2');
  }
  return `${lines.join('\r\n')}\r\n`;
}
