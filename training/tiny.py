"""For `python -m training.tiny DIR`; installed: `python -m synrl.training.tiny DIR`."""

import sys

from synrl.training.tiny import main

if __name__ == "__main__":
    sys.exit(main())
