#!/bin/sh
# Makes every file in hw-sim/media/assets with outside encoders (Debian: ffmpeg with libx264, libx265, libopus).
# The files are committed, so that nothing but npm is needed to run the simulator; run this only to remake them.
set -eu
cd "$(dirname "$0")/assets"
quiet="-hide_banner -loglevel error -y"
x264="keyint=25:min-keyint=25:scenecut=0:open-gop=0:slices=1:sliced-threads=0:repeat-headers=1:aud=0"
x265="keyint=25:min-keyint=25:scenecut=0:open-gop=0:bframes=0:repeat-headers=1:aud=0:log-level=none:info=0"

# A picture that moves all the time, so that no two groups of pictures are alike.
picture() { echo "testsrc2=size=$1:rate=25:duration=$2"; }

ffmpeg $quiet -f lavfi -i "$(picture 640x360 8)" -pix_fmt yuv420p -c:v libx264 -profile:v main -preset slow \
  -b:v 330k -maxrate 500k -bufsize 500k -x264-params "$x264:bframes=0" -bsf:v 'filter_units=remove_types=6' -f h264 h264-640x360.h264
ffmpeg $quiet -f lavfi -i "$(picture 640x360 8)" -pix_fmt yuv420p -c:v libx264 -profile:v main -preset slow \
  -b:v 270k -maxrate 500k -bufsize 500k -x264-params "$x264:bframes=2:b-adapt=0:b-pyramid=none" \
  -bsf:v 'filter_units=remove_types=6' -f h264 h264-640x360-b-frames.h264
ffmpeg $quiet -f lavfi -i "$(picture 480x270 4)" -pix_fmt yuv420p -c:v libx264 -profile:v main -preset slow \
  -b:v 200k -maxrate 400k -bufsize 400k -x264-params "$x264:bframes=0" -bsf:v 'filter_units=remove_types=6' -f h264 h264-480x270.h264
ffmpeg $quiet -f lavfi -i "$(picture 640x360 8)" -pix_fmt yuv420p -c:v libx265 -preset medium \
  -b:v 220k -x265-params "$x265:vbv-maxrate=400:vbv-bufsize=400" -bsf:v 'filter_units=remove_types=39' -f hevc h265-640x360.h265

# With B-frames the order of sending is not the order of showing: one line per picture, its place in showing
# order, counted by ffmpeg's own muxer (an elementary stream carries no time).
ffmpeg $quiet -f lavfi -i "$(picture 640x360 8)" -pix_fmt yuv420p -c:v libx264 -profile:v main -preset slow \
  -b:v 270k -maxrate 500k -bufsize 500k -x264-params "$x264:bframes=2:b-adapt=0:b-pyramid=none" -f mov /tmp/b-frames.$$.mov
ffprobe -loglevel error -select_streams v -show_entries packet=pts -of csv=p=0 /tmp/b-frames.$$.mov \
  | tr -d ',' | awk 'NR==1{first=$1} {print $1-first}' | awk '{v[NR]=$1; if ($1>0 && (s==0 || $1<s)) s=$1} END{for(i=1;i<=NR;i++) print v[i]/s}' \
  > h264-640x360-b-frames.order
rm -f /tmp/b-frames.$$.mov

ffmpeg $quiet -f lavfi -i 'sine=frequency=440:sample_rate=48000:duration=4' -c:a aac -b:a 48k -ac 1 -f adts aac-48000-tone.adts
ffmpeg $quiet -f lavfi -i 'anullsrc=sample_rate=48000:channel_layout=mono' -t 2 -c:a aac -b:a 48k -f adts aac-48000-silence.adts
ffmpeg $quiet -f lavfi -i 'sine=frequency=440:sample_rate=48000:duration=4' -c:a libopus -b:a 24k -ac 1 -frame_duration 20 -f ogg opus-48000-tone.ogg
ffmpeg $quiet -f lavfi -i 'testsrc2=size=640x360:rate=25' -frames:v 1 -q:v 12 snapshot.jpg
ls -l
