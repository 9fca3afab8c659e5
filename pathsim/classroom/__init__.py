"""A class with one code: everybody opens a trial of their own, and answers come back as one line each."""
