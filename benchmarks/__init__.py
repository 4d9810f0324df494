"""Speed, as ratios against a floor in the same run: ``python -m benchmarks``.

Milliseconds say more about a machine than about a program. So each benchmark asks for a
page and for the plainest page that could do its work in turn, and reports how many times
the one costs the other. It measures and never fails because a goal was missed.
"""
