"""Speed as ratios to a floor in the same run: ``python -m benchmarks``.

Milliseconds depend on the machine. So each benchmark requests a page and a minimal page
alternately and reports the ratio of their times. A missed goal is reported, not an error.

``--without PIECE`` measures what one piece of speed machinery gives (``benchmarks.pieces``).
"""
