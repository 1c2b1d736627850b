#!/bin/bash
# What the kubernetes room writes, shown to other programs: YAML readers give back what was written (PyYAML as YAML 1.1, kubectl's own
# reader where there is a kubectl), and every object is valid for each Kubernetes that we promise, 1.29 to 1.34.
#
# usage: tests/kubernetes/run.sh <kubernetes_tool>
#
# It needs the Python environment that `./setup --tests` makes, and no cluster.
set -eu -o pipefail

tool=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
venv=${CICD_TEST_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/cicd-tests/venv}
root=$(mktemp -d "${TMPDIR:-/tmp}/cicd kubernetes.XXXXXX")
trap 'rm -rf "$root"' EXIT
[ -x "$venv/bin/kubernetes-validate" ] || { echo "kubernetes-validate is missing: run ./setup --tests" >&2; exit 1; }

mkdir "$root/yaml" "$root/objects"
"$venv/bin/python3" "$here/read_back.py" corpus >"$root/corpus"
"$tool" yaml "$root/yaml" <"$root/corpus"
"$venv/bin/python3" "$here/read_back.py" compare "$root/yaml" "$root/corpus"

"$tool" objects "$root/objects"
"$venv/bin/python3" "$here/read_back.py" objects "$root/objects"
for version in 1.29 1.30 1.31 1.32 1.33 1.34; do
  "$venv/bin/kubernetes-validate" --strict --quiet -k "$version" "$root/objects/"*.yaml
  echo "valid for Kubernetes $version: $(ls "$root/objects/"*.yaml | wc -l) objects"
done
# A check that can fail: an unknown field is refused.
sed 's/^spec:/spec:\n  replicsa: 1/' "$root/objects/0.orders-api.deployment.yaml" >"$root/wrong.yaml"
! "$venv/bin/kubernetes-validate" --strict --quiet -k 1.34 "$root/wrong.yaml" >/dev/null 2>&1 || { echo "the validator accepts anything" >&2; exit 1; }

if command -v kubectl >/dev/null; then
  files=()
  for file in "$root/objects/"*.yaml; do files+=(-f "$file"); done
  kubectl label --local "${files[@]}" -o json read=back >"$root/read"
  "$venv/bin/python3" "$here/read_back.py" kubectl "$root/read" "$root/objects/"*.yaml.json
fi
