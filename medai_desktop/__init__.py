"""MedAI Desktop: a DICOM viewer with a reading loop for marks of detection programs.

Research use only. Not for use in diagnosis or treatment.
"""

__version__ = "0.1.0"
