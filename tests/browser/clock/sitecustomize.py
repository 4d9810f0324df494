"""Every Python process that has this folder in PYTHONPATH begins with its clock moved by
CLOCK_AHEAD seconds; from there it goes on as clocks do."""

import os
import time

import time_machine

time_machine.travel(time.time() + float(os.environ["CLOCK_AHEAD"])).start()
