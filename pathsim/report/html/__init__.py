"""A report as one HTML file that needs nothing else: sections that read the results, figures, and the page."""
