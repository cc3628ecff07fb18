# Sourced by the other scripts: makes the environment .venv and installs the checkout into it.
# Usage: make_environment [EXTRA]. Sets $python. Installs only when setup.cfg or the extra changed.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

make_environment() {
    local extra=${1:-} venv=${ESTIKERAS_VENV:-$root/.venv}
    python=$venv/bin/python
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        "$(find_python)" -m venv --clear "$venv"
    fi
    local stamp=$venv/installed-${extra:-base}
    # An environment with an extra has all that one without it needs.
    if ! cmp -s "$root/setup.cfg" "$stamp" && ! cmp -s "$root/setup.cfg" "$venv/installed-test"; then
        echo "Installing estikeras${extra:+[$extra]} and what it needs into $venv"
        "$python" -m pip install --quiet --disable-pip-version-check --editable "$root${extra:+[$extra]}"
        cp "$root/setup.cfg" "$stamp"
    fi
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python3.10 python; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "Python 3.10 or newer with the module venv is needed." >&2
    return 1
}
