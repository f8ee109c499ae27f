"""Training: cohort, augmentation, fitting, evaluation of a model, export to `models/`.

Lives here: declared recipes, preparation of data into one file, the training loop (torch, numpy,
scipy, Pillow and safetensors only), the evaluation of a shipped model. May import `runtimes`,
`detection`, `evaluation`, `jobs`, `report.atomic_file`, `text`, `errors`.
Terms: recipe (declared once, seeded), cohort (images with their split), block (neighbouring file
numbers that may be one patient).
"""

from medai_desktop.training.commands import evaluation_document, run_evaluation, run_training

__all__ = ["evaluation_document", "run_evaluation", "run_training"]
