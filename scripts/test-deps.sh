#!/usr/bin/env bash
# Makes sure of what tests need besides Go: a C++ compiler, PostgreSQL's server programs (the tests start their own
# server) and, once pages are tested, a browser. Installs what is missing on Debian and its kin, elsewhere says what to do.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }

have_postgres() {
  have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
    compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null || compgen -G '/opt/homebrew/opt/postgresql@*/bin/initdb' >/dev/null
}

have_browser() {
  have chromium || have chromium-browser || have google-chrome || [ -d '/Applications/Google Chrome.app' ]
}

missing=()
have gcc || missing+=(gcc)
have g++ || missing+=(g++)
have git || missing+=(git)
have_postgres || missing+=(postgresql)
if grep -q chromedp go.mod; then
  have_browser || missing+=(chromium)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
fi
if ! have apt-get || ! "${as_root[@]}" true 2>/dev/null; then
  echo "The tests need what is not installed here: ${missing[*]}" >&2
  echo "Debian, Ubuntu: sudo apt-get install ${missing[*]}   macOS: brew install ${missing[*]}" >&2
  exit 1
fi

echo "Installing what the tests need: ${missing[*]}"
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null; }
apt update

# Debian's package would make and start a server of its own, which nobody asked for.
no_server=/etc/postgresql-common/createcluster.d/zveno-tests.conf
if [[ " ${missing[*]} " == *' postgresql '* ]]; then
  apt install --yes --no-install-recommends postgresql-common
  "${as_root[@]}" mkdir -p "$(dirname "$no_server")"
  echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_server" >/dev/null
fi
result=0
apt install --yes --no-install-recommends "${missing[@]}" || result=$?
"${as_root[@]}" rm -f "$no_server"
exit "$result"
