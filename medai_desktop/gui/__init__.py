"""PySide6 widgets: the only Qt; paints the pictures of `rendering` and the overlays of `view`.

Lives here: the main window, viewports, panels, theme, the bridges from job and render threads to
Qt. May import `commands`, `session`, `view` and below; never `runtimes`, `catalog` or VTK.
Terms: viewport widget, panel, bridge.
"""
