"""Where studies come from: folders and files, headers first.

Lives here: the scan of a folder, the header reader, `InstanceHeader`. Yields headers, never pixels.
May import `jobs`, `settings`, `volume` and below; uses pydicom.
Terms: instance (one DICOM file), skipped file (with its reason).
"""
