"""`python -m kgan`: the command line."""

from kgan.cli import main

if __name__ == "__main__":
    main()
