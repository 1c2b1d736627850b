#!/bin/bash
# The release room against real git: repositories by path, by git daemon and by HTTP; many writers at once; writers that are killed;
# servers that refuse, fail and lie; hostile names; damaged clones and records.
#
# usage: tests/git/run.sh <gitops_tool> [<name of a case>…]
#
# It needs git and python3, listens on loopback only and leaves nothing behind.
set -u -o pipefail

tool=$(realpath "$1")
shift
here=$(dirname "$(realpath "$0")")
root=$(mktemp -d "${TMPDIR:-/tmp}/cicd git.XXXXXX")
servers=()

# The user's own configuration has no say here.
export HOME=$root/home GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
unset XDG_CONFIG_HOME GIT_DIR GIT_ALLOW_PROTOCOL SSH_ASKPASS GIT_ASKPASS
mkdir -p "$HOME"
git config --global user.name Test
git config --global user.email test@example.com
git config --global init.defaultBranch main

end_servers() {
  local server
  for server in "${servers[@]+"${servers[@]}"}"; do
    kill -- -"$server" 2>/dev/null
    wait "$server" 2>/dev/null
  done
}
trap 'end_servers; rm -rf "$root"' EXIT
trap 'exit 130' INT TERM HUP

# ── words of the tests ──────────────────────────────────────────────────────────────────────────────────────────────

fail() {
  echo "    $*" >&2
  [ ! -s "$work/err" ] || sed 's/^/    | /' "$work/err" >&2
  exit 1
}
equal() { [ "$1" = "$2" ] || fail "expected '$2', got '$1'${3:+ ($3)}"; }
# expect <exit status> <text in what it says, or ''> <words of gitops_tool…>; what it prints is in $out
expect() {
  local status=$1 text=$2 got
  shift 2
  out=$("$tool" "$@" 2>"$work/err")
  got=$?
  [ "$got" = "$status" ] || fail "exit $got instead of $status: $*"
  [ -z "$text" ] || grep -qF -- "$text" "$work/err" || fail "its words lack '$text': $*"
}
bare() { git init --quiet --bare "$1"; }
commits() { git --git-dir="$1" rev-list --count "${2:-main}"; }
linear() { equal "$(git --git-dir="$1" rev-list --merges "${2:-main}")" "" "merges"; }
whole() { git --git-dir="$1" fsck --strict --no-dangling >"$work/fsck" 2>&1 || fail "fsck: $(cat "$work/fsck")"; }
# A commit made by other means: edit <repository> <branch> <shell line run in a work tree>
edit() {
  rm -rf "$work/edit"
  git clone --quiet "$1" "$work/edit" 2>/dev/null
  (cd "$work/edit" && git checkout --quiet -B "$2" && bash -c "$3" && git add -A && git commit --quiet -m edit && git push --quiet origin "HEAD:refs/heads/$2") ||
    fail "the edit failed"
}
# Starts a server in a process group of its own and waits for the file that it writes its port to.
serve_http() {
  rm -f "$root/http.port"
  setsid python3 "$here/http_server.py" "$1" "$root/http.port" "${@:2}" >/dev/null 2>&1 &
  servers+=($!)
  until [ -s "$root/http.port" ]; do read -r -t 0.02 <> <(:); done
  http=http://127.0.0.1:$(cat "$root/http.port")
}
serve_git() {
  local port
  for _ in 1 2 3 4 5; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    setsid git daemon --listen=127.0.0.1 --port="$port" --base-path="$1" --export-all --enable=receive-pack --reuseaddr "$1" >/dev/null 2>&1 &
    servers+=($!)
    for _ in $(seq 100); do
      git ls-remote "git://127.0.0.1:$port/probe.git" >/dev/null 2>&1 && daemon=git://127.0.0.1:$port && return
      kill -0 "${servers[-1]}" 2>/dev/null || break
      read -r -t 0.02 <> <(:)
    done
  done
  fail "git daemon does not start"
}
# A `git` that does <shell lines> where its command is <command>; $real is git, "$@" its words.
git_that() {
  mkdir -p "$work/bin"
  { printf '#!/bin/bash\nreal=%q\nroot=%q\nasked=%q\n' "$(command -v git)" "$work" "$1"
    cat <<'WRAPPER'
for word; do [ "$word" != "$asked" ] || asked_now=yes; done
if [ -n "${asked_now-}" ] && mkdir "$root/did" 2>/dev/null; then
WRAPPER
    printf '%s\nfi\nexec "$real" "$@"\n' "$2"; } >"$work/bin/git"
  chmod +x "$work/bin/git"
  rm -rf "$work/did"
}

# ── on every kind of server: <url> <repository on disk> ─────────────────────────────────────────────────────────────

on_an_empty_repository() {
  expect 0 "" read "$1" main stage/orders "$work/c"
  equal "$out" "tip 
generation 0"
  expect 0 "" commit "$1" main stage/orders "$work/c" a.yaml 'x: 1'
  equal "$out" "$(git --git-dir="$2" rev-parse main)"
  expect 0 "" commit "$1" main stage/orders "$work/c" a.yaml 'x: 1'
  equal "$out" nothing
  expect 0 "" read "$1" main stage/orders "$work/other clone"
  equal "$(tail -n +2 <<<"$out")" "generation 1
file a.yaml 'x: 1'"
  expect 0 "" commit "$1" main stage/orders "$work/c" a.yaml ''
  equal "$(git --git-dir="$2" ls-tree -r --name-only main)" .cicd/records/stage/orders.json
  expect 0 "" history "$1" main stage/orders "$work/c" 10
  equal "$out" "2 a.yaml
1 a.yaml"
  whole "$2"
}

on_twenty_writers_of_one_target() {
  local writers=() writer
  for writer in $(seq 20); do
    "$tool" commit "$1" main stage/orders "$work/c$writer" "f$writer" "$writer" >"$work/out$writer" 2>"$work/err$writer" &
    writers+=($!)
  done
  for writer in $(seq 20); do wait "${writers[writer - 1]}" || fail "writer $writer: $(cat "$work/err$writer")"; done
  equal "$(commits "$2")" 20
  linear "$2"
  equal "$(git --git-dir="$2" ls-tree -r --name-only main stage/orders/ | wc -l)" 20
  expect 0 "" read "$1" main stage/orders "$work/c1"
  equal "$(sed -n 2p <<<"$out")" "generation 20"
  for writer in $(seq 20); do
    git --git-dir="$2" merge-base --is-ancestor "$(cat "$work/out$writer")" main || fail "commit of writer $writer is lost"
  done
  whole "$2"
}

on_twenty_writers_of_twenty_targets() {
  local writers=() writer
  for writer in $(seq 20); do
    "$tool" commit "$1" main "stage/s$writer" "$work/c$writer" f "$writer" >"$work/out$writer" 2>"$work/err$writer" &
    writers+=($!)
  done
  for writer in $(seq 20); do wait "${writers[writer - 1]}" || fail "writer $writer: $(cat "$work/err$writer")"; done
  equal "$(commits "$2")" 20
  linear "$2"
  for writer in $(seq 20); do equal "$(git --git-dir="$2" show "main:stage/s$writer/f")" "$writer"; done
}

# counted <words…>: how often git was started with all of them in the last writers
counted() { cat "$work"/starts/* 2>/dev/null | grep -cF -- "$1"; }
# A git that writes down its words, for each writer apart.
counting_git() {
  mkdir -p "$work/bin" "$work/starts"
  printf '#!/bin/sh\necho "$*" >>%q/"$WRITER"\nexec %q "$@"\n' "$work/starts" "$(command -v git)" >"$work/bin/git"
  chmod +x "$work/bin/git"
}

on_writers_of_many_targets() {
  local writers=() writer n=6 targets=10
  counting_git
  for writer in $(seq $n); do
    WRITER=$writer PATH=$work/bin:$PATH "$tool" many "$1" main "stage/w$writer" "$work/c$writer" $targets "$writer" >/dev/null 2>"$work/err$writer" &
    writers+=($!)
  done
  for writer in $(seq $n); do wait "${writers[writer - 1]}" || fail "writer $writer: $(cat "$work/err$writer")"; done
  equal "$(commits "$2")" $((n * targets))
  linear "$2"
  for writer in $(seq $n); do equal "$(git --git-dir="$2" ls-tree -r --name-only main "stage/w$writer/" | wc -l)" $targets; done
  [ "$(counted ' push ')" -le $((4 * n)) ] || fail "$(counted ' push ') pushes of $n writers"
  rm -f "$work"/starts/*
  WRITER=0 PATH=$work/bin:$PATH "$tool" many "$1" main stage/w1 "$work/c1" $targets 1 || fail "again"
  [ "$(counted ' ')" -le 3 ] || fail "git was started $(counted ' ') times where nothing is to be done: $(cat "$work"/starts/0)"
  WRITER=0 PATH=$work/bin:$PATH "$tool" many "$1" main stage/w1 "$work/c1" $targets changed || fail "changed"
  equal "$(counted ' push ')" 1 pushes
}

# One of several that go by one push is killed with all of them at any moment: the next run ends it.
on_killed_writers_of_many_targets() {
  local command when n=1
  expect 0 "" many "$1" main stage "$work/first" 5 1
  for command in fetch ls-tree cat-file fast-import push; do
    for when in 'kill -KILL $PPID; exit 1' '"$real" "$@"; kill -KILL $PPID; exit 1'; do
      n=$((n + 1))
      git_that "$command" "$when"
      PATH=$work/bin:$PATH expect 137 "" many "$1" main stage "$work/c$n" 5 "$n"
      expect 0 "" many "$1" main stage "$work/c$n" 5 "$n"
      equal "$(commits "$2")" $((n * 5))
    done
  done
  linear "$2"
  whole "$2"
}

# Of several that go together one is not wanted: the others arrive.
case_a_server_that_rejects_one_of_many() {
  bare "$work/m.git"
  printf '#!/bin/sh\nwhile read -r old new ref; do git diff --name-only "$new~1" "$new" | grep -q stage/3/ && echo "stage/3 is frozen" >&2 && exit 1; git log --format= --name-only "$new" 2>/dev/null | grep -q "^stage/3/" && exit 1; done\nexit 0\n' >"$work/m.git/hooks/pre-receive"
  chmod +x "$work/m.git/hooks/pre-receive"
  expect 0 "" commit "$work/m.git" main other "$work/c" a 1
  expect 6 "did not take the commit" many "$work/m.git" main stage "$work/c" 5 1
  equal "$(git --git-dir="$work/m.git" ls-tree -r --name-only main stage/ | tr '\n' ' ')" "stage/0/f stage/1/f stage/2/f stage/4/f "
}

on_writers_that_share_a_clone() {
  local writers=() writer
  for writer in $(seq 6); do
    "$tool" commit "$1" main stage/orders "$work/c" "f$writer" "$writer" >/dev/null 2>"$work/err$writer" &
    writers+=($!)
  done
  for writer in $(seq 6); do wait "${writers[writer - 1]}" || fail "writer $writer: $(cat "$work/err$writer")"; done
  equal "$(commits "$2")" 6
  linear "$2"
}

# A push that the server took and whose answer was lost: it arrived once.
on_a_lost_answer() {
  git_that push '"$real" "$@" >/dev/null 2>&1; echo "fatal: the remote end hung up" >&2; exit 128'
  PATH=$work/bin:$PATH expect 0 "" commit "$1" main stage/orders "$work/c" a 1
  equal "$out" "$(git --git-dir="$2" rev-parse main)"
  equal "$(commits "$2")" 1
  git_that push '"$real" "$@" >/dev/null 2>&1; "$tool" commit "$url" main stage/other "$root/c2" b 2 >/dev/null; exit 128'
  tool=$tool url=$1 PATH=$work/bin:$PATH expect 0 "" commit "$1" main stage/orders "$work/c" a 2
  equal "$out" "$(git --git-dir="$2" rev-parse main^)"
  equal "$(commits "$2")" 3
}

# SIGKILL before and after each thing that git is asked for; then the same again.
on_killed_writers() {
  local command when n=0
  expect 0 "" commit "$1" main stage/orders "$work/first" first 1
  for command in fetch ls-tree cat-file fast-import push; do
    for when in 'kill -KILL $PPID; exit 1' '"$real" "$@"; kill -KILL $PPID; exit 1'; do
      n=$((n + 1))
      git_that "$command" "$when"
      PATH=$work/bin:$PATH expect 137 "" commit "$1" main stage/orders "$work/c$n" "f$n" "$n"
      expect 0 "" commit "$1" main stage/orders "$work/c$n" "f$n" "$n"
    done
  done
  equal "$(commits "$2")" $((n + 1))
  linear "$2"
  whole "$2"
}

# ── single cases ────────────────────────────────────────────────────────────────────────────────────────────────────

case_a_server_that_rejects() {
  bare "$work/m.git"
  printf '#!/bin/sh\necho "policy: no deploys on Friday" >&2\nexit 1\n' >"$work/m.git/hooks/pre-receive"
  chmod +x "$work/m.git/hooks/pre-receive"
  expect 6 "no deploys on Friday" commit "$work/m.git" main stage/orders "$work/c" a 1
  equal "$(git --git-dir="$work/m.git" for-each-ref)" ""
}

case_a_repository_that_is_gone() {
  expect 6 "there is no manifest repository: '$work/gone.git'" commit "$work/gone.git" main stage/orders "$work/c" a 1
  expect 6 "git init --bare" read "$work/gone.git" main stage/orders "$work/c"
  expect 6 "does not answer" read "$http/gone.git" main stage/orders "$work/c"
  expect 6 "does not answer" read "$daemon/gone.git" main stage/orders "$work/c"
  expect 0 "" create "$work/made/by us.git" main stage/orders "$work/c" a 1
  equal "$(git --git-dir="$work/made/by us.git" symbolic-ref HEAD)" refs/heads/main
  equal "$(ls "$work/made")" "by us.git"
}

case_two_that_create_at_once() {
  "$tool" create "$work/m.git" main stage/a "$work/c1" f 1 >/dev/null 2>"$work/err1" &
  local first=$!
  "$tool" create "$work/m.git" main stage/b "$work/c2" f 2 >/dev/null 2>"$work/err2" || fail "$(cat "$work/err2")"
  wait "$first" || fail "$(cat "$work/err1")"
  equal "$(commits "$work/m.git")" 2
}

case_hostile_names_run_nothing() {
  local name
  bare "$work/m.git"
  cd "$work" || exit
  for name in '--upload-pack=touch${IFS}sentinel' '--receive-pack=touch${IFS}sentinel' '$(touch${IFS}sentinel)' '`touch${IFS}sentinel`' ';touch${IFS}sentinel' '日本'; do
    expect 0 "" commit "$work/m.git" "$name" "stage/$name" "$work/c $name" "$name.yaml" "$name"
    equal "$(git --git-dir="$work/m.git" show "refs/heads/$name:stage/$name/$name.yaml")" "$name"
    expect 0 "" history "$work/m.git" "$name" "stage/$name" "$work/c $name" 5
    equal "$out" "1 $name.yaml"
  done
  expect 2 "not the URL of a manifest repository" read '--upload-pack=touch sentinel' main stage/orders "$work/c"
  expect 2 "may not name a program" read 'ext::sh -c touch% sentinel' main stage/orders "$work/c"
  expect 6 "not allowed" read 'helper://touch/sentinel' main stage/orders "$work/c"
  for name in ../x /x .git/hooks .cicd/x a//b . ''; do
    expect 2 "manifests cannot lie there" commit "$work/m.git" main "$name" "$work/c" a 1
    [ "$name" = .cicd/x ] || expect 2 "cannot have this name" commit "$work/m.git" main stage/orders "$work/c" "$name" 1
  done
  equal "$(find "$work" -name 'sentinel*')" ""
}

case_hooks_of_the_user_do_not_run() {
  bare "$work/m.git"
  mkdir "$work/hooks"
  for hook in pre-push reference-transaction post-checkout; do
    printf '#!/bin/sh\ntouch %q\n' "$work/sentinel" >"$work/hooks/$hook"
    chmod +x "$work/hooks/$hook"
  done
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=$work/hooks expect 0 "" commit "$work/m.git" main stage/orders "$work/c" a 1
  [ ! -e "$work/sentinel" ] || fail "a hook ran"
}

case_links_are_not_followed() {
  bare "$work/m.git"
  echo canary >"$work/canary"
  edit "$work/m.git" main 'mkdir -p stage/orders; ln -s ../../../canary stage/orders/a'
  expect 2 "is a link, and is not followed: 'stage/orders/a'" commit "$work/m.git" main stage/orders "$work/c" a 1
  edit "$work/m.git" parent 'rm -rf stage; ln -s ../canary stage'
  expect 2 "is a link, and is not followed: 'stage'" commit "$work/m.git" parent stage/orders "$work/c2" a 1
  edit "$work/m.git" record 'rm -rf stage; mkdir -p .cicd/records/stage; ln -s /etc/passwd .cicd/records/stage/orders.json'
  expect 2 "is a link, and is not followed: '.cicd/records/stage/orders.json'" read "$work/m.git" record stage/orders "$work/c3"
  edit "$work/m.git" file 'rm -rf stage .cicd; mkdir stage; echo x >stage/orders'
  expect 2 "is a file where a folder should be: 'stage/orders'" commit "$work/m.git" file stage/orders "$work/c4" a 1
  equal "$(cat "$work/canary")" canary
}

case_a_corrupt_record_is_left_as_it_is() {
  local damage before
  bare "$work/m.git"
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" a 1
  for damage in 'true >R' 'head -c 100 R >R.new; mv R.new R' 'sed -i s/deployed/rejected/ R' 'echo "<<<<<<<" >R'; do
    edit "$work/m.git" main "${damage//R/.cicd/records/stage/orders.json}"
    before=$(git --git-dir="$work/m.git" rev-parse main)
    expect 4 ".cicd/records/stage/orders.json in $work/m.git" commit "$work/m.git" main stage/orders "$work/c" a 2
    expect 4 "cannot be trusted" read "$work/m.git" main stage/orders "$work/c"
    expect 4 "cannot be trusted" history "$work/m.git" main stage/orders "$work/c" 5
    equal "$(git --git-dir="$work/m.git" rev-parse main)" "$before"
    rm -rf "$work/repair" && mkdir "$work/repair"
    (cd "$work/repair" && bash -c "$(sed -n 's/^ *try: *//p' "$work/err")") >"$work/repaired" 2>&1 || fail "the repair failed: $(cat "$work/repaired")"
    expect 0 "" read "$work/m.git" main stage/orders "$work/c"
    equal "$(sed -n 2p <<<"$out")" "generation 1"
  done
  expect 0 "left out" history "$work/m.git" main stage/orders "$work/c" 50
}

# It is whole, and nothing older is put in its place.
case_a_record_of_a_newer_cicd_is_not_repaired() {
  local before
  bare "$work/m.git"
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" a 1
  edit "$work/m.git" main 'sed -i "s/\"schema\": 2/\"schema\": 3/" .cicd/records/stage/orders.json'
  before=$(git --git-dir="$work/m.git" rev-parse main)
  expect 4 "update cicd, at least to the version that wrote it" commit "$work/m.git" main stage/orders "$work/c" a 2
  ! grep -q "git " "$work/err" || fail "a repair is offered: $(cat "$work/err")"
  equal "$(git --git-dir="$work/m.git" rev-parse main)" "$before"
}

case_a_damaged_clone_is_made_again() {
  local damage known n=1
  bare "$work/m.git"
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" first 1
  for damage in 'rm -rf C/objects/*' 'find C/objects -type f -exec truncate -s 5 {} +' 'rm -rf C; echo x >C' 'rm C/HEAD' 'rm -rf C/objects' 'mkdir -p C/refs/cicd; touch C/refs/cicd/tip.lock C/refs/cicd/made.lock' 'echo x >C/config' 'rm -rf C'; do
    for known in lost ''; do
      n=$((n + 1))
      chmod -R u+w "$work/c"
      bash -c "${damage//C/\'$work/c\'}"
      [ -z "$known" ] || rm -rf "$work"/c/known.*.json
      [ -e "$work/c" ] || mkdir -p "$work/c"
      expect 0 "" commit "$work/m.git" main stage/orders "$work/c" "f$n" "$n"
      equal "$(commits "$work/m.git")" "$n"
    done
  done
  whole "$work/m.git"
}

# flip <file> <offset>: one bit of one byte
flip() {
  python3 -c 'import os, sys
path, at = sys.argv[1], int(sys.argv[2])
os.chmod(path, 0o644)
with open(path, "r+b") as file:
    file.seek(at); byte = file.read(1)[0]
    file.seek(at); file.write(bytes([byte ^ 0x10]))' "$1" "$2"
}

case_a_clone_heals_from_any_flipped_byte() {
  local n=3 file size pick=0 packed
  bare "$work/m.git"
  for _ in 1 2 3; do expect 0 "" commit "$work/m.git" main stage/orders "$work/c" "f$_" "$_"; done
  for packed in '' yes; do
    for _ in $(seq 10); do
      [ -z "$packed" ] || git --git-dir="$work/c" gc --quiet 2>/dev/null
      mapfile -t files < <(find "$work/c/objects" "$work/c/refs" -type f | sort)
      file=${files[pick % ${#files[@]}]}
      size=$(stat -c %s "$file")
      flip "$file" $((pick * 7919 % size))
      [ $((pick % 3)) = 0 ] || rm -f "$work"/c/known.*.json
      pick=$((pick + 1)) n=$((n + 1))
      expect 0 "" commit "$work/m.git" main stage/orders "$work/c" "f$n" "$n"
      equal "$(commits "$work/m.git")" "$n" "after a flip in $file"
      expect 0 "" history "$work/m.git" main stage/orders "$work/c" 5
      equal "$(wc -l <<<"$out")" $((n < 5 ? n : 5)) "history after a flip in $file"
    done
  done
  whole "$work/m.git"
}

case_a_record_that_the_clone_lost_is_not_left_out_of_the_history() {
  local lost
  bare "$work/m.git"
  for _ in 1 2 3; do expect 0 "" commit "$work/m.git" main stage/orders "$work/c" "f$_" "$_"; done
  lost=$(git --git-dir="$work/m.git" rev-parse main~1:.cicd/records/stage/orders.json)
  rm -f "$work/c/objects/${lost:0:2}/${lost:2}"
  git --git-dir="$work/c" cat-file -e "$lost" 2>/dev/null && fail "the clone still has the record"
  expect 0 "" history "$work/m.git" main stage/orders "$work/c" 5
  equal "$(wc -l <<<"$out")" 3
}

case_what_is_remembered_is_checked() {
  bare "$work/m.git"
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" a 'x: 1'
  local truth
  expect 0 "" read "$work/m.git" main stage/orders "$work/c"
  truth=$out
  for damage in 's/x: 1/x: 2/' 's/"tip"/"tap"/' '$ s/.$//' 's/^.*$//'; do
    sed -i "$damage" "$work"/c/known.*.json
    expect 0 "" read "$work/m.git" main stage/orders "$work/c"
    equal "$out" "$truth"
  done
  printf '#!/bin/sh\nPATH=/nowhere exec %q "$@"\n' "$tool" >"$work/without-git"
  chmod +x "$work/without-git"
  tool=$work/without-git expect 2 "git is not on PATH" read "$work/m.git" main stage/orders "$work/c"
  mkdir "$work/bin"
  printf '#!/bin/sh\ntouch %q\nexit 1\n' "$work/git-was-started" >"$work/bin/git"
  chmod +x "$work/bin/git"
  PATH=$work/bin:$PATH expect 0 "" read "$work/m.git" main stage/orders "$work/c"
  [ ! -e "$work/git-was-started" ] || fail "git was started although nothing had changed"
}

case_files_of_others_stay() {
  bare "$work/m.git"
  edit "$work/m.git" main 'mkdir -p stage/orders stage/orders-other prod; for f in README.md stage/orders/old stage/orders-other/x stage/y prod/z; do printf "\377" >$f; done; chmod +x prod/z'
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" a 1
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" old ''
  equal "$(git --git-dir="$work/m.git" ls-tree -r --name-only main | tr '\n' ' ')" ".cicd/records/stage/orders.json README.md prod/z stage/orders-other/x stage/orders/a stage/y "
  equal "$(git --git-dir="$work/m.git" diff --stat main~2 main -- README.md prod stage/orders-other stage/y)" ""
}

case_a_branch_that_was_rewound_is_built_upon() {
  bare "$work/m.git"
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" a 1
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" b 2
  git --git-dir="$work/m.git" update-ref refs/heads/main main^
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c" c 3
  equal "$(git --git-dir="$work/m.git" ls-tree --name-only main stage/orders/ | tr '\n' ' ')" "stage/orders/a stage/orders/c "
  git_that push '"$real" --git-dir="$root/m.git" update-ref refs/heads/main main^'
  PATH=$work/bin:$PATH expect 0 "" commit "$work/m.git" main stage/orders "$work/c" d 4
  equal "$(git --git-dir="$work/m.git" ls-tree --name-only main stage/orders/ | tr '\n' ' ')" "stage/orders/a stage/orders/d "
}

case_refs_of_every_kind_are_read() {
  bare "$work/m.git"
  expect 0 "" commit "$work/m.git" a/main stage/orders "$work/c" a 1
  expect 0 "" commit "$work/m.git" main stage/orders "$work/c2" b 1
  git --git-dir="$work/m.git" pack-refs --all
  expect 0 "" read "$work/m.git" main stage/orders "$work/c2"
  equal "$(head -1 <<<"$out")" "tip $(git --git-dir="$work/m.git" rev-parse main)"
  git --git-dir="$work/m.git" symbolic-ref refs/heads/alias refs/heads/main
  expect 0 "" read "$work/m.git" alias stage/orders "$work/c2"
  equal "$(head -1 <<<"$out")" "tip $(git --git-dir="$work/m.git" rev-parse main)"
  git init --quiet --bare --object-format=sha256 "$work/m256.git"
  local empty
  empty=$(git --git-dir="$work/m256.git" mktree </dev/null)
  git --git-dir="$work/m256.git" update-ref refs/heads/main "$(git --git-dir="$work/m256.git" commit-tree "$empty" -m first)"
  expect 0 "" commit "file://$work/m256.git" main stage/orders "$work/c4" a 1
  equal "$(commits "$work/m256.git")" 2
  git init --quiet "$work/tree"
  git -C "$work/tree" commit --quiet --allow-empty -m first
  expect 0 "" commit "$work/tree" deploy stage/orders "$work/c3" a 1
  equal "$(git -C "$work/tree" show deploy:stage/orders/a)" 1
}

case_a_password_is_never_shown() {
  serve_http "$work" --password "jane:open sesame"
  bare "$work/m.git"
  expect 0 "" commit "${http/127/jane:open%20sesame@127}/m.git" main stage/orders "$work/c" a 1
  expect 6 "***@127.0.0.1" commit "${http/127/jane:hunter2@127}/m.git" main stage/orders "$work/c2" a 1
  ! grep -q hunter2 "$work/err" || fail "the password is shown"
  expect 6 "git said" commit "$http/m.git" main stage/orders "$work/c2" a 1
}

# Every process on the machine can read the words of another.
case_a_password_is_never_among_the_words_of_a_program() {
  serve_http "$work" --password "jane:open sesame"
  bare "$work/m.git"
  git_that never true
  sed -i '5i printf "%s\\n" "$@" >>"$root/words"' "$work/bin/git"
  local url=${http/127/jane:open%20sesame@127}/m.git word
  export GIT_TRACE2_EVENT=$work/trace GIT_TRACE2_REDACT=0
  PATH=$work/bin:$PATH expect 0 "" commit "$url" main stage/orders "$work/c" a 1
  PATH=$work/bin:$PATH expect 0 "" history "$url" main stage/orders "$work/c" 5
  rm -rf "$work/c"
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=Jane PATH=$work/bin:$PATH expect 0 "" commit "$url" main stage/orders "$work/c" b 1
  unset GIT_TRACE2_EVENT GIT_TRACE2_REDACT
  grep -q ls-remote "$work/words" && grep -q remote-http "$work/trace" || fail "the words are not seen"
  for word in sesame jane:; do
    ! grep -rqF "$word" "$work/words" "$work/trace" "$work/c" || fail "'$word' is seen: $(grep -rF "$word" "$work/words" "$work/trace" "$work/c" | head -3)"
  done
  expect 2 "line end" commit "${http/127/jane:a%0ab@127}/m.git" main stage/orders "$work/c" a 2
}

case_a_server_that_fails_each_request_once() {
  serve_http "$work" --fail-once
  bare "$work/m.git"
  expect 0 "" commit "$http/m.git" main stage/orders "$work/c" a 1
  expect 0 "" commit "$http/m.git" main stage/orders "$work/c" b 2
  equal "$(commits "$work/m.git")" 2
}

case_a_refusal_is_tried_a_few_times() {
  bare "$work/m.git"
  printf '#!/bin/sh\nexit 1\n' >"$work/m.git/hooks/pre-receive"
  chmod +x "$work/m.git/hooks/pre-receive"
  expect 6 "did not take the commit" commit "$work/m.git" main stage/orders "$work/c" a 1
  equal "$(grep -c 'follows' "$work/err")" 4
}

# ── running them ────────────────────────────────────────────────────────────────────────────────────────────────────

mkdir "$root/served"
bare "$root/served/probe.git"
work=$root
serve_git "$root/served"
serve_http "$root/served"

failures=0 count=0
wanted=" $* "
run() {
  [ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]] || return 0
  work=$root/work
  rm -rf "$work" && mkdir "$work"
  count=$((count + 1))
  SECONDS=0
  if (servers=(); trap end_servers EXIT; "${@:2}"); then echo "ok    $1 (${SECONDS} s)"; else echo "FAIL  $1 (${SECONDS} s)"; failures=$((failures + 1)); fi
}
for each in $(declare -F | sed -n 's/^declare -f on_//p'); do
  for server in path git http; do
    repository=$root/served/$each-$server.git
    bare "$repository"
    git --git-dir="$repository" config http.receivepack true
    case $server in path) url=$repository ;; git) url=$daemon/$each-git.git ;; http) url=$http/$each-http.git ;; esac
    run "$server.$each" "on_$each" "$url" "$repository"
  done
done
for each in $(declare -F | sed -n 's/^declare -f case_//p'); do run "$each" "case_$each"; done
echo "$((count - failures)) of $count cases passed"
[ "$count" -gt 0 ] && [ "$failures" = 0 ]
