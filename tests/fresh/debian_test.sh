#!/usr/bin/env bash
# The README's first commands on a Debian that has run nothing, with its own compiler, Boost, JDK and CMake.
#   debian_test.sh WORK SUITE
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$1 suite=$2
root=$work/$suite

fail() { # words, file to show
  tail -n 60 "${2:-/dev/null}"
  echo "FAILED: $1"
  exit 1
}

# Runs a script within; its output in `said`.
within() { # name, --no-network or nothing, script
  said=$work/$1.log
  echo "== $1"
  (cd "$here/../.." && "$here/machine" in "$root" ${2:+"$2"} bash -euc "$3") >"$said" 2>&1
}
says() { grep -qF -- "$1" "$said" || fail "does not say '$1'" "$said"; }
says_not() { ! grep -qF -- "$1" "$said" || fail "says '$1'" "$said"; }

rm -rf "$work" && mkdir -p "$work"
trap 'rm -rf "$root"' EXIT
"$here/machine" make "$root" "$suite"

! within without-a-network --no-network '/src/setup' || fail 'setup passes without a network' "$said"
says 'setup: error: no network: '
says_not 'Unable to locate package'

# The sources without what is built of them here.
within copy '' 'git config --global --add safe.directory "*"
  cd /src && git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from - | (mkdir /root/cicd && tar --extract --directory /root/cicd)' ||
  fail 'the sources cannot be copied' "$said"
within setup '' 'cd /root/cicd && ./setup' || fail './setup' "$said"
says 'this fetches '
says 'parts are there, after'
within setup-again '' 'cd /root/cicd && ./setup' || fail './setup again' "$said"
[ "$(wc -l <"$said")" = 1 ] || fail 'a second setup says more than a line' "$said"

within demo '' 'cd /root/cicd && CICD_DRIVER_CACHE=/var/cache/drivers cmake --workflow --preset demo' || fail 'the demo' "$said"
says 'cicd: the driver: 50 %'
says 'run-image'
says_not 'is deprecated'
within demo-again '' 'cd /root/cicd && CICD_DRIVER_CACHE=/var/cache/drivers cmake --workflow --preset demo' || fail 'the demo again' "$said"
says 'nothing to do'
within run '' '/root/cicd/build/demo/demo/services-orders/run-image' || fail 'the image does not answer' "$said"
says 'HTTP/1.1 200'

# The preset of the tests finds what ./setup --tests brings, under the names that it has there.
within tests '' 'cd /root/cicd && ./setup --tests && cmake --preset test' || fail 'the preset of the tests' "$said"

# No scan for modules, whatever CMake's newest policy says.
within modules '' 'cmake -S /root/cicd/driver -B /tmp/driver -G Ninja && ! grep -q dyndep /tmp/driver/build.ninja' || fail 'modules are scanned for' "$said"

# `docker run -u 1000`: no account, HOME=/, a cache that somebody else wrote. The driver that is there is taken.
within no-home '' 'mkdir -m 777 /tmp/b && cd /tmp/b && chmod -R a+rX /root && CICD_DRIVER_CACHE=/var/cache/drivers HOME=/ setpriv --reuid=1000 --regid=1000 --clear-groups \
  cmake -S /root/cicd/examples/java-maven -B /tmp/b/build -Dcicd_DIR=/root/cicd/build/demo/package-of-sources' || fail 'configure without a home' "$said"
says_not 'building the driver'
echo 'all as it should be'
