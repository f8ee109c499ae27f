"""All tests: architecture, unit (one folder a room), phantoms, gui, end_to_end."""
