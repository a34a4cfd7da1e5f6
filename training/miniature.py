"""For `python -m training.miniature learn --out DIR`; installed: `python -m synrl.training.miniature`."""

import sys

from synrl.training.miniature.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
