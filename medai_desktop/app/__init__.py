"""The composition root: places, adapters, command line.

Lives here: where files lie, which adapters satisfy the ports of `session`, the commands of `medai`
and their exit codes. May import everything; nothing imports it.
Terms: bundled (what comes with the program), user data (under ``$MEDAI_HOME`` when set).
"""
