"""`python -m scenewise`."""

from scenewise.cli import main

if __name__ == "__main__":
    main()
