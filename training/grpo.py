"""For `accelerate launch training/grpo.py --config F.yaml`; `synrl grpo` is the same on one device."""

import sys

from synrl.training.grpo import main

if __name__ == "__main__":
    sys.exit(main())
