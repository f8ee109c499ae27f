"""A piece of long work: its state, progress, cancellation and outcome.

Lives here: `Job` with its one life (queued, running, done, failed, cancelled), `Cancellation`,
`Progress` that counts finished units of work, and `JobThreads`, which run jobs. Imports `errors`
and `text`; standard library only. Listeners are called on the job's own thread.
"""

from medai_desktop.jobs.cancellation import Cancellation
from medai_desktop.jobs.job import Job, JobContext, JobState, JobThreads
from medai_desktop.jobs.progress import Progress, ProgressCallback, seconds_left

__all__ = [
    "Cancellation",
    "Job",
    "JobContext",
    "JobState",
    "JobThreads",
    "Progress",
    "ProgressCallback",
    "seconds_left",
]
