"""The rules, one function each, in modules by topic. A rule needs no registration beyond its decorator."""
