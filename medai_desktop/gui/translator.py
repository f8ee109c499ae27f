"""Qt's own words (file dialogs) in the reader's language."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

from medai_desktop.text import Language

NAME = "medai-qt-words"


def speak(language: Language) -> None:
    """Lets Qt speak a language from now on."""
    application = QApplication.instance()
    if application is None:
        return
    for old in application.findChildren(QTranslator, NAME):
        application.removeTranslator(old)
        old.deleteLater()
    if language is Language.ENGLISH:
        return
    fresh = QTranslator(application)
    fresh.setObjectName(NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if fresh.load(f"qtbase_{language.value}", folder):
        application.installTranslator(fresh)
