"""The server of a class, as its teacher's app starts it."""

from pathsim.serve.class_server import main

if __name__ == "__main__":
    main()
