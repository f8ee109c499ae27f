"""Instances become display sets.

Lives here: grouping, ordering, the geometry verdict, classes of series, decoding (in a worker
program of its own) and progressive assembly into a volume. May import `source`, `volume`,
`geometry`, `jobs`, `wire` and below; uses pydicom and, in the decode worker, the codecs.
Terms: display set (what of one series forms one image, volume or time series), verdict, flag.
"""
