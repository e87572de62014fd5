#!/usr/bin/env bash
# Times bcm4j, eager PyTorch and torch.compile in turns on the same work (bench/pytorch): sampling, the training step, and the first
# picture of a new process. Before that, the outputs of all must be equal. Prints one table. On a quiet machine, after
#
#     mvn package -DskipTests -pl bench -am        and bench/pytorch/README.md, "Install"
#     bench/compare.sh                             --help lists the options; PYTHON is the Python to use
#
# Every process runs as any process does, without the settings of ./bcm. Most of the time goes into compiling: on two AVX2 cores over a
# minute for each batch of sampling, and six minutes for the training step.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}

fail() {
    echo "$*" >&2
    exit 2
}

[[ -f bench/target/benchmarks.jar ]] || fail "bench/target/benchmarks.jar is missing; build it: mvn package -DskipTests -pl bench -am"
"$python" -c 'import torch' 2>/dev/null || fail "$python has no torch; see bench/pytorch/README.md, \"Install\""

exec "$python" bench/pytorch/compare.py "$@"
