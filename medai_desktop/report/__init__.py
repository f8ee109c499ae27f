"""What leaves the program: structured reports, findings documents, pictures, tables.

Lives here: the values a report is made of, DICOM SR (TID 1500) through highdicom, findings.json,
atomic writing. May import `review`, `detection`, `series` and below.
Terms: entry (a finding with its decision), content (all that one report says).
"""
