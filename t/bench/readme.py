#!/usr/bin/env python3
"""Puts what was measured, or what ran, into the RESULTS.md beside it.

    readme.py measured      what `make bench` or `make bench-NAME` has written
    readme.py ran           what `make matrix` has

What stands between `<!-- measured: NAME -->` and `<!-- end -->` becomes
build/bench/NAME.md; `<!-- ran: NAME -->` has build/matrix/NAME.md.
"""

import re
import sys

import load
from nginx import ROOT

FOLDERS = {"measured": load.BUILD, "ran": load.BUILD.parent / "matrix"}
RESULTS = {"measured": ROOT / "t/bench/RESULTS.md",
           "ran": ROOT / "t/matrix/RESULTS.md"}


def table(file):
    if not file.exists():
        sys.exit(f"readme: {file} is missing: `make help` says what makes it")
    return file.read_text().strip("\n") + "\n"


def main(word):
    folder = FOLDERS[word]
    results = RESULTS[word]
    place = re.compile(
        rf"(<!-- {word}: ([a-z]+) -->\n).*?(<!-- end -->)", re.S)
    text, count = place.subn(
        lambda found: f"{found[1]}\n{table(folder / f'{found[2]}.md')}\n{found[3]}",
        results.read_text())
    if count == 0:
        sys.exit(f"readme: {results} has no place for what was {word}")
    results.write_text(text)
    print(f"{results}: {count} tables are those of {folder}")


if __name__ == "__main__":
    main(sys.argv[1])
