"""Reads what valgrind's callgrind writes: instructions by function and call.

The format is described in the valgrind manual, "Callgrind Format
Specification": names are given once with a number, later by number alone, and
a missing `cob=` means that the called function is in the caller's object.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

NAMED = re.compile(r"(\w+)=\((\d+)\)(?: (.*))?$")


@dataclass
class Profile:
    """Instructions of one run. A function is an (object, name) pair."""

    total: int = 0
    own: Counter = field(default_factory=Counter)  # by function
    calls: Counter = field(default_factory=Counter)  # by (caller, callee)
    inclusive: Counter = field(default_factory=Counter)  # by (caller, callee)

    def minus(self, other):
        def difference(name):
            mine = Counter(getattr(self, name))
            mine.subtract(getattr(other, name))
            return mine

        return Profile(self.total - other.total, difference("own"),
                       difference("calls"), difference("inclusive"))

    def calls_into(self, callee_is, caller_is):
        """How many calls there were, by the calling function."""
        found = Counter()
        for (caller, callee), count in self.calls.items():
            if callee_is(callee) and caller_is(caller):
                found[caller] += count
        return found

    def cost_of_calls_into(self, object_part, names):
        """Instructions spent in calls from elsewhere into the functions of
        that object whose name the pattern `names` matches."""
        return sum(cost for (caller, callee), cost in self.inclusive.items()
                   if object_part in callee[0] and names.match(callee[1])
                   and object_part not in caller[0])


class _Names:
    """The numbered names of one kind (objects, or functions)."""

    def __init__(self):
        self.names = {}

    def get(self, number, name):
        if name is not None:
            self.names[number] = name
        return self.names[number]


def read(file):
    profile = Profile()
    objects, functions = _Names(), _Names()
    here = callee_object = callee = None
    current_object = ""
    call_count = None

    for line in Path(file).read_text(errors="replace").splitlines():
        named = NAMED.match(line)
        if named:
            kind, number, name = named.groups()
            if kind == "ob":
                current_object = objects.get(number, name)
            elif kind == "cob":
                callee_object = objects.get(number, name)
            elif kind == "fn":
                here = (current_object, functions.get(number, name))
            elif kind == "cfn":
                callee = (callee_object or current_object,
                          functions.get(number, name))
                callee_object = None
        elif line.startswith("calls="):
            call_count = int(line[6:].split()[0])
        elif line.startswith("totals:"):
            profile.total = int(line.split()[1])
        elif line[:1] in "0123456789+-*" and line:
            cost = int(line.split()[1])
            if call_count is None:
                profile.own[here] += cost
            else:
                profile.calls[here, callee] += call_count
                profile.inclusive[here, callee] += cost
                call_count = None
    return profile
