#!/bin/sh
# Runs a build, writes its output to a log and says at each quarter how far it is. Knows how Ninja and Make count.
#   progress.sh LOG COMMAND…
log=$1
shift
began=$(date +%s) told=0

# The percentage that a line of a build tells, or nothing: "[6/24] …", "[ 25%] …".
percentage() {
  count=${1#'['}
  count=${count%%']'*}
  case $count in
  *[!0-9/%\ ]* | '') ;;
  */*) [ "${count#*/}" -gt 0 ] 2>/dev/null && echo $((${count%/*} * 100 / ${count#*/})) ;;
  *%) echo $((${count%\%})) ;;
  esac
}

rm -f "$log.status"
{ "$@" 2>&1 || echo $? >"$log.status"; } | while IFS= read -r line; do
  printf '%s\n' "$line" >>"$log"
  case $line in '['*) percent=$(percentage "$line") ;; *) percent= ;; esac
  [ -n "$percent" ] && [ "$percent" -lt 100 ] && [ $((percent / 25)) -gt $told ] || continue
  told=$((percent / 25))
  echo "-- cicd: the driver: $((told * 25)) % ($(($(date +%s) - began)) s)"
done
[ ! -s "$log.status" ] || exit "$(cat "$log.status")"
