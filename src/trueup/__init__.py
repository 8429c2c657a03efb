"""trueup keeps migrations, schema.sql and the live database true to each other."""

__version__ = "0.1.0"
