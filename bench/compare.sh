#!/usr/bin/env bash
# Times bcm4j and the plain PyTorch peer (bench/pytorch) alternately on the same work, and prints one table of images per second: the
# median of the rounds, each of which is the median of its steps. On a quiet machine; from the project's root, after
#
#     mvn package -DskipTests -pl bench -am        and bench/pytorch/README.md, "Install"
#     bench/compare.sh
#
# Settings, by the environment:
#     ROUNDS=3 SECONDS_EACH=20 THREADS=2           how often, how long, on how many threads
#     MODES="train sample" PRECISIONS="fp32 bf16"  what
#     MALLOCS="default tuned"                      as any process runs, and with the settings of ./bcm
#     JAR=bench/target/benchmarks.jar PYTHON=python3
# The defaults take about half an hour, and hours where bf16 is emulated (no avx512_bf16 or amx_bf16 in /proc/cpuinfo).
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-3} seconds=${SECONDS_EACH:-20} threads=${THREADS:-2}
modes=${MODES:-train sample} precisions=${PRECISIONS:-fp32 bf16} mallocs=${MALLOCS:-default tuned}
jar=${JAR:-bench/target/benchmarks.jar} python=${PYTHON:-python3}
batch=64
tuned=(MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=67108864
    GOMP_SPINCOUNT=20000)

fail() {
    echo "$*" >&2
    exit 2
}

[[ -f $jar ]] || fail "$jar is missing; build it: mvn package -DskipTests -pl bench -am"
"$python" -c 'import torch' 2>/dev/null || fail "$python has no torch; see bench/pytorch/README.md, \"Install\""

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Runs a command in the environment that both engines share.
measured() {
    local malloc=$1
    shift
    local environment=(OMP_NUM_THREADS="$threads" OMP_WAIT_POLICY=PASSIVE OPENBLAS_NUM_THREADS=1)
    [[ $malloc == tuned ]] && environment+=("${tuned[@]}")
    env "${environment[@]}" "$@"
}

# Images per second of one round, from the median time of a step in microseconds per image.
java_round() {
    local mode=$1 precision=$2 malloc=$3
    local benchmark=TrainingStepBenchmark
    [[ $mode == sample ]] && benchmark=SamplingBenchmark
    measured "$malloc" java -jar "$jar" "$benchmark" -p precision="${precision^^}" -bm sample -tu us \
        -wi 1 -w 1 -i 1 -r "$seconds" -foe true -rf json -rff "$results/jmh.json" >"$results/jmh.log" 2>&1 ||
        fail "$(cat "$results/jmh.log")"
    "$python" -c 'import json, sys
print(1e6 / json.load(open(sys.argv[1]))[0]["primaryMetric"]["scorePercentiles"]["50.0"])' "$results/jmh.json"
}

pytorch_round() {
    local mode=$1 precision=$2 malloc=$3
    measured "$malloc" "$python" bench/pytorch/bench.py --mode "$mode" --precision "$precision" \
        --batch "$batch" --seconds "$seconds" --threads "$threads" |
        "$python" -c 'import json, sys; print(json.load(sys.stdin)["images_per_s"])'
}

for round in $(seq "$rounds"); do
    for mode in $modes; do
        for precision in $precisions; do
            for malloc in $mallocs; do
                for engine in java pytorch; do
                    rate=$("${engine}_round" "$mode" "$precision" "$malloc")
                    printf 'round %s: %s %s, malloc %s, %s: %.1f images/s\n' \
                        "$round" "$mode" "$precision" "$malloc" "$engine" "$rate" >&2
                    echo "$mode $precision $malloc $engine $rate" >>"$results/rates"
                done
            done
        done
    done
done

"$python" - "$results/rates" "$rounds" <<'EOF'
import statistics
import sys

rates = {}
for line in open(sys.argv[1]):
    mode, precision, malloc, engine, rate = line.split()
    rates.setdefault((mode, precision, malloc), {}).setdefault(engine, []).append(float(rate))

print(f"images per second, median of {sys.argv[2]} rounds\n")
print("| mode | precision | malloc | bcm4j | PyTorch | bcm4j / PyTorch |")
print("|---|---|---|---:|---:|---:|")
for (mode, precision, malloc), engines in rates.items():
    java, peer = (statistics.median(engines[engine]) for engine in ("java", "pytorch"))
    print(f"| {mode} | {precision} | {malloc} | {java:.1f} | {peer:.1f} | {java / peer:.2f} |")
EOF
