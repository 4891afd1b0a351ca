"""XML as a tree, and as a text in which values are exchanged."""

from __future__ import annotations

import pytest

from ringocli.errors import UsageError
from ringocli.importers.relay.xml_text import XmlText

SAMPLE = """<?xml version="1.0"?>
<s:send xmlns:s="urn:x" s:mode='fast &amp; safe'><!-- <to>none</to> -->
  <to>+1310</to><to>+1311</to>
  <text><![CDATA[a < b]]></text><empty/><note lang="en">hi</note>
</s:send>"""
TREE = {
    "send": {
        "@mode": "fast & safe",
        "to": ["+1310", "+1311"],
        "text": "a < b",
        "empty": "",
        "note": {"@lang": "en", "#text": "hi"},
    }
}


def test_the_tree_has_local_names_attributes_and_lists() -> None:
    """Names in the tree have no namespace; comments and declarations are not part of it."""
    assert TREE == XmlText(SAMPLE, "the sample").tree


def test_the_same_values_give_the_same_text() -> None:
    """Prefixes, comments and white space are kept."""
    assert SAMPLE == XmlText(SAMPLE, "the sample").rewritten(TREE)


def test_new_values_replace_the_old_ones() -> None:
    """New values are escaped, and an element that the tree does not have is left out."""
    tree = {"send": {**TREE["send"], "@mode": '"$m$"', "to": ["$to$"], "text": "<$content$>", "note": None}}
    written = XmlText(SAMPLE, "the sample").rewritten(tree)
    assert "s:mode='&quot;$m$&quot;'" in written
    assert "<to>$to$</to>\n  <text>&lt;$content$&gt;</text><empty/>\n</s:send>" in written


@pytest.mark.parametrize("text", ["<a><b></a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a"])
def test_xml_with_a_document_type_is_refused(text: str) -> None:
    """The message names the sample."""
    with pytest.raises(UsageError, match="the sample"):
        XmlText(text, "the sample")
