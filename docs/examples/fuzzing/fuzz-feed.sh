#!/bin/sh
# fuzz-feed.sh FEED KEPT [TIME]: a campaign that goes on from the corpus in KEPT, which
# other machines add to as well, and leaves there what it has found out. The exit status
# is the campaign's: 1 for a new signature.
set -eu
feed=$1 kept=$2 time=${3:-10m}
corpus=.feedparity/fuzz/$feed
mkdir -p "$corpus" "$kept"
feedparity corpus merge "$corpus" "$kept"
status=0
feedparity fuzz --feed "$feed" --for "$time" --json >"fuzz-$feed.jsonl" || status=$?
feedparity corpus merge "$kept" "$corpus"
feedparity corpus distil --feed "$feed" "$kept"
exit $status
