"""Images whose every millimetre is known, written as DICOM by our own code from a fixed seed.

The oracle of the tests: the product never imports from here.
"""
