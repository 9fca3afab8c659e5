"""What makes the data of each screen: for each a file by the name of its view."""
