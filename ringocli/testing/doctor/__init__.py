"""Checks a live integration step by step, and says at the first failing step what is wrong and what to do."""
