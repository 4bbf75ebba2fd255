#!/usr/bin/env python3
"""Puts what was measured into README.md.

What stands between `<!-- measured: NAME -->` and `<!-- end -->` becomes
build/bench/NAME.md, which `make bench` or `make bench-NAME` has written.
"""

import re
import sys

import load
from nginx import ROOT

README = ROOT / "README.md"
MEASURED = re.compile(r"(<!-- measured: ([a-z]+) -->\n).*?(<!-- end -->)", re.S)


def measured(name):
    file = load.BUILD / f"{name}.md"
    if not file.exists():
        sys.exit(f"readme: {file} is missing: run make bench-{name}")
    return file.read_text().strip("\n") + "\n"


def main():
    text, count = MEASURED.subn(
        lambda found: f"{found[1]}\n{measured(found[2])}\n{found[3]}",
        README.read_text())
    if count == 0:
        sys.exit("readme: README.md has no place for what was measured")
    README.write_text(text)
    print(f"README.md: {count} tables are those of {load.BUILD}")


if __name__ == "__main__":
    main()
