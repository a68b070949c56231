"""Languages: catalogues, numerals, dates and money. Pure but for reading the catalogues once."""

from app.i18n.numerals import DIGITS, LANGUAGES, OWN_NAMES, Lang, script_of, to_numerals
from app.i18n.translator import Translator, catalogue

__all__ = ["DIGITS", "LANGUAGES", "OWN_NAMES", "Lang", "Translator", "catalogue", "script_of", "to_numerals"]
