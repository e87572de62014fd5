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

settings=(paper targets ends more-ends intervals paper-floor ends-floor more-ends-floor intervals-floor ends-higher-floor
    intervals-higher-floor from-images from-images-floor inversions-floor inversions-higher-floor
    everything)

# The term that a setting changes.
term=stages.0.terms.0

# What a setting changes, a line each: the law of the soft term's images, while the consistency term keeps the paper's by importance weights
# where they differ, and the least weight of that term.
changes() {
    case $1 in
        paper) ;;
        targets) echo "$term.soft_times={uniform_targets: 0.5}" ;;
        ends) echo "$term.soft_times={uniform_targets: 0.5, end_targets: 0.1}" ;;
        more-ends) echo "$term.soft_times={uniform_targets: 0.4, end_targets: 0.3}" ;;
        intervals) echo "$term.soft_times={uniform_intervals: 0.5, uniform_targets: 0.5, end_targets: 0.1}" ;;
        from-images) echo "$term.soft_times={log_mean: -2.3, log_std: 1, uniform_targets: 0.5, end_targets: 0.1}" ;;
        inversions) echo "$term.soft_times={log_mean: -2.3, log_std: 1, uniform_intervals: 0.25, uniform_targets: 0.4, end_targets: 0.3}" ;;
        everything) echo "$term.times={uniform_intervals: 0.35, uniform_targets: 0.35, end_targets: 0.1}" ;;
        *-higher-floor) changes "${1%-higher-floor}" && echo "$term.soft_weight_floor=0.2" ;;
        *-floor) changes "${1%-floor}" && echo "$term.soft_weight_floor=0.05" ;;
        *) fail "$1 is no setting; there are: ${settings[*]}" ;;
    esac
}

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
[[ ${#chosen[@]} -gt 0 ]] || chosen=("${settings[@]}")
for name in "${chosen[@]}"; do
    changes "$name" >/dev/null # refuses what is none before hours of work
done

mkdir -p "$work" "$out"
train "$work/warm-up" --set stages.0.steps=901 --set 'stages.0.terms=[{kind: denoising}]'
for name in "${chosen[@]}"; do
    run=$work/$name-$seed figures=$out/$name-$seed-$split.json
    [[ -f $figures ]] && continue
    options=(--set "init={from: $work/warm-up/model}" --set "seed=$seed")
    while read -r change; do
        options+=(--set "$change")
    done < <(changes "$name")
    train "$run" "${options[@]}"
    # Each setting with the noise scales that serve it best, sought with equally many trials on training images.
    for nfe in 1 2; do
        "$bcm" tune "$run/model" --for invert --nfe "$nfe" --images 800 --budget 14 --save
    done
    "$bcm" eval "$run/model" --split "$split" --samples 10000 --images 4000 --walk '80 > 0' --walk '0 +0.07 > 80' \
        --walk '0 +0.07 > 6 > 80' --walk "$(inversion "$run" 1)" --walk "$(inversion "$run" 2)" --out "$figures"
done
