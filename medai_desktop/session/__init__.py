"""The program without a window: open, view, detect, review, export.

Lives here: `ReadingDesk` and its parts, one for each use case, and the ports through which the
adapters of `runtimes` and `catalog` are used; only `app` chooses them. May import `view`, `report`,
`review`, `detection`, `series` and below.
Terms: desk (everything open in one window), mailbox (how job threads reach it), changes (what a
listener has to redraw), notice (a sentence above the viewports).
"""
