"""For `accelerate launch training/sft.py --config F.yaml`; `synrl sft` is the same on one device."""

import sys

from synrl.training.sft import main

if __name__ == "__main__":
    sys.exit(main())
