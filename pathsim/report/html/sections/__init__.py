"""One file for each section of a report: what it says, in plain texts, tables and figures."""
