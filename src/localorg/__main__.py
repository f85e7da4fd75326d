"""`python -m localorg`"""

from localorg.cli import main

if __name__ == "__main__":
    main()
