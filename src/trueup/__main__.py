"""`python -m trueup`"""

from trueup.cli.main import console

console()
