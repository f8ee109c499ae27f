"""``python -m medai_desktop``: the same as the command ``medai``."""

import sys

if __name__ == "__main__":
    from medai_desktop.app.command_line import main

    sys.exit(main())
