"""A piece of long work: its state, progress, cancellation and outcome.

Lives here: `Job` with its one life (queued, running, done, failed, cancelled), `Cancellation`,
`Progress` that counts finished units of work, `Pace` with the time left, and `JobThreads`, which
run jobs. Imports `errors` and `text`; standard library only. Listeners are called on the thread
that brings a change about.
"""

from medai_desktop.jobs.cancellation import Cancellation
from medai_desktop.jobs.job import Job, JobContext, JobState, JobThreads
from medai_desktop.jobs.progress import Pace, Progress, ProgressCallback

__all__ = [
    "Cancellation",
    "Job",
    "JobContext",
    "JobState",
    "JobThreads",
    "Pace",
    "Progress",
    "ProgressCallback",
]
