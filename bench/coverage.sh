#!/usr/bin/env bash
# Coverage-aware training: trains configs/coverage.yaml with one law of (t, u) after the other, for as many steps each and from one
# denoising warm-up, and measures each on training images. What it found is in docs/coverage.md.
#
#     bench/coverage.sh                     all settings; what is done is not done again
#     bench/coverage.sh paper ends          some of them
#     SEED=2 bench/coverage.sh paper        another seed
#     SPLIT=test bench/coverage.sh paper    measured on the test images instead
#
# Settings, by the environment: WORK=runs/coverage for the runs, OUT=docs/coverage for the figures, BCM=./bcm.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${WORK:-runs/coverage} out=${OUT:-docs/coverage} bcm=${BCM:-./bcm} seed=${SEED:-1} split=${SPLIT:-train}

# The laws of the soft term's images; the consistency term keeps the paper's, by importance weights where they differ.
declare -A settings=(
    [paper]=''
    [targets]='soft_times={uniform_targets: 0.5}'
    [ends]='soft_times={uniform_targets: 0.5, end_targets: 0.1}'
    [more-ends]='soft_times={uniform_targets: 0.4, end_targets: 0.3}'
    [intervals]='soft_times={uniform_intervals: 0.5, uniform_targets: 0.5, end_targets: 0.1}'
    [ends-floor]='soft_times={uniform_targets: 0.5, end_targets: 0.1} objective.soft_weight_floor=0.05'
    [more-ends-floor]='soft_times={uniform_targets: 0.4, end_targets: 0.3} objective.soft_weight_floor=0.05'
    [intervals-floor]='soft_times={uniform_intervals: 0.5, uniform_targets: 0.5, end_targets: 0.1} objective.soft_weight_floor=0.05'
    [ends-higher-floor]='soft_times={uniform_targets: 0.5, end_targets: 0.1} objective.soft_weight_floor=0.2'
    [intervals-higher-floor]='soft_times={uniform_intervals: 0.5, uniform_targets: 0.5, end_targets: 0.1} objective.soft_weight_floor=0.2'
    [highest-floor]='soft_times={uniform_intervals: 0.5, uniform_targets: 0.5, end_targets: 0.1} objective.soft_weight_floor=0.5'
    [floor]='objective.soft_weight_floor=0.05'
    [everything]='times={uniform_intervals: 0.35, uniform_targets: 0.35, end_targets: 0.1}'
)
order=(paper targets ends more-ends intervals ends-floor more-ends-floor intervals-floor ends-higher-floor intervals-higher-floor highest-floor floor
    everything)

fail() {
    echo "$*" >&2
    exit 2
}

# Runs to its end, or goes on.
train() {
    local run=$1
    shift
    if [[ -f $run/config.yaml ]]; then
        "$bcm" train --run "$run" --resume
    else
        "$bcm" train configs/coverage.yaml --run "$run" "$@"
    fi
}

# The inversion of some evaluations that is stored with a run's model.
inversion() {
    tr -d '\n' <"$1/model/walks.json" | sed 's/.*"invert" *: *{\([^}]*\)}.*/\1/; s/.*"'"$2"'" *: *"\([^"]*\)".*/\1/'
}

chosen=("$@")
[[ ${#chosen[@]} -gt 0 ]] || chosen=("${order[@]}")
for name in "${chosen[@]}"; do
    [[ -v settings[$name] ]] || fail "$name is no setting; there are: ${order[*]}"
done

mkdir -p "$work" "$out"
train "$work/warm-up" --set warm_up_steps=900 --set steps=1
for name in "${chosen[@]}"; do
    run=$work/$name-$seed figures=$out/$name-$seed-$split.json
    [[ -f $figures ]] && continue
    changes=(--set "init={from: $work/warm-up/model}" --set "seed=$seed")
    # A setting's changes are separated by spaces that no brace encloses.
    while read -r change; do
        [[ -n $change ]] && changes+=(--set "$change")
    done < <(sed 's/ objective/\nobjective/' <<<"${settings[$name]}")
    train "$run" "${changes[@]}"
    # Each setting with the noise scales that serve it best, sought with equally many trials on training images.
    for nfe in 1 2; do
        "$bcm" tune "$run/model" --for invert --nfe "$nfe" --images 800 --budget 14
    done
    "$bcm" eval "$run/model" --split "$split" --samples 10000 --images 4000 --walk '80 > 0' --walk '0 +0.07 > 80' \
        --walk '0 +0.07 > 6 > 80' --walk "$(inversion "$run" 1)" --walk "$(inversion "$run" 2)" --out "$figures"
done
