#!/usr/bin/env bash
# case.sh CHECK: runs one check of $ENGINE, with a trace of every command on
# stderr. Status 0: passed, 77: skipped, else: failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/engines/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/engines/containerd.sh
. "$here/$ENGINE.sh"

# Each check may use $C for its container, and files in $D.
export C=${1//_/-} D=$W/tmp/$1
mkdir -p "$D"
# A failed check must not fail those after it.
trap 'set +x; engine_clean >/dev/null 2>&1 || true' EXIT
set -x
"case_$1"
