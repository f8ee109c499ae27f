"""The port of detection: a volume goes in, findings come out.

Lives here: the `Detector` protocol, manifests, the registry of models, the fit rule, joining of
slice marks into findings. May import `volume`, `findings`, `geometry`, `jobs`, `wire`; a detector
sees a volume, never a DICOM dataset.
Terms: model (one folder of `models/`), manifest, fit, outside training, operating point.
"""
