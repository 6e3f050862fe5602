#!/bin/sh
# A player or a voice for tests: notes its pid, arguments, input and the names of its environment in FILE.log beside
# itself, then sleeps for the seconds in its file name and ends with the code behind them (aplay-0.3-0).
{
  printf 'pid=%s\n' "$$"
  for each; do printf 'arg=%s\n' "$each"; done
  env | sed 's/=.*//; s/^/env=/'
  case "$*" in *--stdin*) sed 's/^/input=/'; echo ;; esac
  echo end
} >"$0.$$"
cat "$0.$$" >>"$0.log"
# A voice makes its file.
wav=''
for each; do
  [ "$wav" = next ] && wav=$each && break
  [ "$each" = -w ] && wav=next
done
[ -n "$wav" ] && [ -e "${0%/*}/voice.wav" ] && cp "${0%/*}/voice.wav" "$wav"
timing=${0##*/}
timing=${timing#*-}
[ "${timing#*-}" = 0 ] && exec sleep "${timing%-*}"
echo 'no such device' >&2
exit "${timing#*-}"
