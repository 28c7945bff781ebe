"""`python run.py` starts everything on embedded defaults; the same as `viva serve`."""

import sys

from tutor.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
