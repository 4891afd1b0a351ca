"""Make, check and prove Ringotel SMS/MMS integrations on one's own machine."""

__version__ = "0.1.0"
