"""The app in browsers: a server, an interface of its own for each visitor, and what a class answers."""
