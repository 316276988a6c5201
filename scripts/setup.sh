#!/bin/sh
# Makes sure that the tests find what they need: the programs of MariaDB and Redis, which they start as private servers,
# and the C compiler that Go's race detector is linked with.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin:/usr/libexec"

missing=""
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || missing="$missing mariadb-server"
command -v redis-server >/dev/null || command -v valkey-server >/dev/null || missing="$missing redis-server"
command -v "$(go env CC)" >/dev/null || missing="$missing gcc libc6-dev"
[ -n "$missing" ] || exit 0

fail() {
	echo "error: the tests need these packages, which are missing:$missing" >&2
	echo "       $1, then run make test again." >&2
	exit 1
}

command -v apt-get >/dev/null ||
	fail "Install MariaDB (mariadbd, mariadb-install-db), Redis (redis-server) and a C compiler"

root=""
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || fail "Run as root: apt-get install$missing"
	root="sudo"
fi

echo "make test: installing what is missing with apt-get:$missing"
echo "           (Debian may start servers as services; the tests use private ones and leave those alone)"
export DEBIAN_FRONTEND=noninteractive
# The word splitting of $missing is wanted: it is a list of packages.
# shellcheck disable=SC2086
{ $root apt-get update -q && $root apt-get install -q -y --no-install-recommends $missing; } ||
	fail "apt-get failed (see above); install them by hand"
