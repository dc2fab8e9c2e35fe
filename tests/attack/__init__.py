"""Attacks from outside, by machine and with a seed: `python -m tests.attack NAME --seed N --tries N`. A module for
each."""
