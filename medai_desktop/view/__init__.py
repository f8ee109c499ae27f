"""What is shown, without drawing it.

Lives here: viewports and layouts as values, windows presets, hanging protocols, corner text,
projections between patient, image and screen, tools, and everything painted on top as lines, text
and polygons. May import `series`, `review`, `volume`, `findings`, `geometry`, `text`; numpy only.
Terms: viewport, layout, stage (of a hanging protocol), slot, preset, overlay, crosshair.
"""
