"""Measurements (`make bench`): ratios of things timed side by side in one run, medians of several passes."""
