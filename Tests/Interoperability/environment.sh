#!/usr/bin/env bash
# Makes the virtual environment that holds Python packages and prints its interpreter:
#
#     environment.sh mcp==1.30.0     ->  .build/interoperability/mcp-1.30.0/bin/python
#
# A stamp, written last, marks an environment that is whole, so that calling again costs nothing.
set -eu

requirements=("$@")
root=$(cd "$(dirname "$0")/../.." && pwd)/.build/interoperability
name=${requirements[*]//==/-}
environment=$root/${name// /+}
stamp=$environment/complete

say() {
  echo "interoperability: $*" >&2
  exit 1
}

mkdir -p "$root"
# Tests that run at the same time wait for each other here instead of building the same folder.
exec 9>"$environment.lock"
flock 9

if [ ! -e "$stamp" ]; then
  command -v python3 >/dev/null || say "python3 is missing; 'make test' installs it, or: apt-get install python3-venv"
  rm -rf "$environment"
  python3 -m venv "$environment" >"$environment.log" 2>&1 ||
    say "python3 cannot make virtual environments; apt-get install python3-venv (see $environment.log)"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "${requirements[@]}" \
    >>"$environment.log" 2>&1 ||
    say "${requirements[*]} cannot be installed; is there a way to PyPI? (see $environment.log)"
  touch "$stamp"
fi
echo "$environment/bin/python"
