"""One file for each figure of a report: from plain numbers to a drawing, with a text alternative and its data."""
