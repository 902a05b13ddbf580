#!/usr/bin/env bash
# Runs every fuzz target for the given time (10s). What breaks one is kept in testdata/fuzz beside it: commit it.
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-10s}
failed=0
targets=$(git -c safe.directory='*' grep --untracked -hoE '^func Fuzz\w+' -- '*_test.go' | wc -l)
echo "$targets fuzz targets, $time each"
while IFS=: read -r file name; do
  [ -n "$file" ] || continue
  name=${name#func }
  echo "== $(dirname "$file") $name"
  go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "./$(dirname "$file")" </dev/null || failed=$((failed + 1))
done < <(git -c safe.directory='*' grep --untracked -oE '^func Fuzz\w+' -- '*_test.go')
[ "$failed" -eq 0 ] || { echo "$failed of $targets targets failed"; exit 1; }
