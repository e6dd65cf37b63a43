#!/bin/sh
# Makes a virtual environment with a Python that this program runs on: $PYTHON if that is given, else the first found.
#   tools/venv.sh FOLDER     makes it there
#   tools/venv.sh --find     prints the interpreter it would take
# Called by the Makefile and by .ci/run. The versions are those of `requires-python` in pyproject.toml.
set -eu

versions="3.11 3.12 3.13"

fits() {
    "$1" -c "import ensurepip, venv, sys; sys.exit('%d.%d' % sys.version_info[:2] not in '$versions'.split())" \
        >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    candidates=$PYTHON
else
    candidates="python3 python3.13 python3.12 python3.11"
fi

found=
for candidate in $candidates; do
    if fits "$candidate"; then
        found=$candidate
        break
    fi
done

if [ -z "$found" ]; then
    {
        echo "需要 Python 3.11、3.12 或 3.13（带 venv），这里没有找到能用的。"
        for candidate in $candidates; do
            echo "  $candidate：$("$candidate" --version 2>/dev/null || echo 没有这个命令)"
        done
        echo "请安装一个（Debian、Ubuntu：apt install python3 python3-venv），或指明位置：make PYTHON=/路径/python3.12 …"
    } >&2
    exit 1
fi

if [ "$1" = --find ]; then
    command -v "$found"
else
    "$found" -m venv --clear "$1"
fi
