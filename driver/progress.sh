#!/bin/sh
# Runs a build, writes its output to a log and says of each part of the bodies how far it is. Knows how Ninja, which tells what is
# done, and Make, which tells what begins, count.
#   progress.sh LOG COMMAND…
log=$1
shift
began=$(date +%s)

# The percentage that a line of a build tells, or nothing: "[6/24] …", "[ 25%] …".
percentage() {
  count=${1#'['}
  count=${count%%']'*}
  case $count in
  *[!0-9/%\ ]* | '') ;;
  */*) [ "${count#*/}" -gt 0 ] 2>/dev/null && echo "$((${count%/*} * 100 / ${count#*/})) compiled" ;;
  *%) echo "$((${count%\%})) compiling" ;;
  esac
}

rm -f "$log.status"
{ "$@" 2>&1 || echo $? >"$log.status"; } | while IFS= read -r line; do
  printf '%s\n' "$line" >>"$log"
  case $line in '['*/bodies/*.o) told=$(percentage "$line") ;; *) told= ;; esac
  [ -n "$told" ] || continue
  part=${line##*/bodies/}
  echo "-- cicd: the driver: ${told%% *} % ($(($(date +%s) - began)) s), ${told#* } $(echo "${part%%.*}" | sed 's/-/, /g')"
done
[ ! -s "$log.status" ] || exit "$(cat "$log.status")"
