"""Checks a live integration step by step; at the first step that fails, it says what is wrong and what to do."""
