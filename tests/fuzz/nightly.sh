#!/bin/sh
# Gives damaged files to every target, for so many minutes in all:
#
#   tests/fuzz/nightly.sh 240          four hours
#   tests/fuzz/nightly.sh 1 200        a minute, in rounds of 200 files
#
# What breaks a target is kept in its corpus folder. It ends with 1 then, and with
# the command that tries it again. TREATY_FUZZ names a command that is built already.
set -u
cd "$(dirname "$0")/../.." || exit 2

minutes=${1:?how many minutes, in all}
runs=${2:-2000}
fuzz() {
    if [ -n "${TREATY_FUZZ:-}" ]; then
        "$TREATY_FUZZ" "$@"
    else
        cargo run --quiet --package treaty-fuzz -- "$@"
    fi
}

targets=$(fuzz) || exit 2
count=$(echo "$targets" | wc -l)
share=$((minutes * 60 / count))
seed=$(date +%s)
broken=0

for target in $targets; do
    end=$(($(date +%s) + share))
    rounds=0
    while :; do
        if ! said=$(fuzz "$target" --runs "$runs" --seed "$seed" 2>&1); then
            echo "BROKEN $target, seed $seed"
            echo "$said"
            broken=1
            break
        fi
        rounds=$((rounds + 1))
        seed=$((seed + 1))
        [ "$(date +%s)" -lt "$end" ] || break
    done
    echo "$target: $rounds rounds of $runs files held"
done
exit "$broken"
