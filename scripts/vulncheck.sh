#!/usr/bin/env bash
# Looks for known vulnerabilities in the code that is called. Where their database cannot be reached, says so and passes.
set -euo pipefail
cd "$(dirname "$0")/.."

# The modules alone are looked up in a moment: that shows whether the database answers. 3 = something was found.
result=0
output=$(timeout 120 go tool govulncheck -scan module -C internal/arch 2>&1) || result=$?
if [ "$result" -ne 0 ] && [ "$result" -ne 3 ]; then
  echo "NOTICE: not checked for known vulnerabilities: ${output:-no answer within two minutes}"
  exit 0
fi
go tool govulncheck ./...
