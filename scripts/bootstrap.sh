#!/bin/sh
# Makes ./.venv hold exactly what a lock file names, and this package beside it.
#
#   scripts/bootstrap.sh run    what `make run` needs    (requirements/run.lock)
#   scripts/bootstrap.sh dev    what `make test` needs   (requirements/dev.lock)
#
# Nothing is installed outside ./.venv. A second run finds everything in place, prints nothing
# and needs no network. PYTHON=/path/to/python chooses the interpreter.
set -eu

target=${1:-run}
cd "$(dirname "$0")/.."
lock=requirements/$target.lock
[ -f "$lock" ] || {
    echo "There is no $lock. Use: scripts/bootstrap.sh run|dev" >&2
    exit 2
}

# Copies of the inputs lie beside what was made from them; equal copies mean nothing is to do.
stamps=.venv/.stamps
if cmp -s "$lock" "$stamps/$target.lock" &&
    cmp -s requirements/source.lock "$stamps/source.lock" &&
    cmp -s pyproject.toml "$stamps/pyproject.toml" &&
    [ "$(cat "$stamps/place" 2>/dev/null)" = "$(pwd -P)" ] &&
    .venv/bin/python -I -c 'import retour' 2>/dev/null; then
    exit 0
fi

# Debian ships Python without venv; another interpreter on the same machine may be complete.
is_new_enough() { "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
is_complete() { "$1" -I -c 'import ensurepip, venv' 2>/dev/null; }

incomplete=
for python in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
    is_new_enough "$python" || continue
    is_complete "$python" && exec "$python" -Es scripts/bootstrap.py "$target"
    incomplete=${incomplete:-$python}
done

# From here on something is missing, and one line mends it.
system=unknown
if [ -r /etc/os-release ]; then
    system=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
elif [ "$(uname -s)" = Darwin ]; then
    system=macos
fi
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo "

mend=
if [ -n "$incomplete" ]; then
    package=$("$incomplete" -I -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    [ "$incomplete" = python3 ] && package=python3-venv
    echo "$(command -v "$incomplete") cannot make a virtual environment:" \
        "its venv module is missing." >&2
else
    package="python3 python3-venv"
    version='import sys; print("%d.%d" % sys.version_info[:2])'
    found=$("${PYTHON:-python3}" -I -c "$version" 2>/dev/null) || found=
    if [ -n "$found" ]; then
        package="python3.11 python3.11-venv" # The system's own python3 is the old one.
        echo "Retour needs Python 3.11 or newer; ${PYTHON:-python3} is Python $found." >&2
    else
        echo "Retour needs Python 3.11 or newer; none was found" \
            "(looked for ${PYTHON:-python3.14 … python3.11, python3})." >&2
    fi
fi
case " $system " in
*" debian "* | *" ubuntu "*) mend="${sudo}apt-get update && ${sudo}apt-get install -y $package" ;;
*" fedora "* | *" rhel "*) mend="${sudo}dnf install -y python3.12" ;;
*" alpine "*) mend="${sudo}apk add python3 py3-pip" ;;
*suse*) mend="${sudo}zypper install -y python312 python312-pip" ;;
*" arch "*) mend="${sudo}pacman -S --needed python" ;;
*macos*) mend="brew install python" ;;
esac
if [ -n "$mend" ]; then
    echo "This mends it:" >&2
    echo "    $mend" >&2
else
    echo "Install Python 3.11 or newer with its venv and ensurepip modules, then repeat." >&2
fi
exit 1
