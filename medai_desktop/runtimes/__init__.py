"""The only inference engines: networks, and the worker program that runs them.

Lives here: networks, slice inference, the worker (a program of its own, the only place besides
`training` where torch is loaded), and `LocalDetector`, which supervises it from the window without
torch. May import `detection`, `volume`, `findings`, `wire`, `jobs` and below; never `series`.
Terms: worker (the program), device, unit of work (one finished slice).
"""
