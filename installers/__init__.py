"""What is needed to build and install the program; nothing of it is shipped."""
