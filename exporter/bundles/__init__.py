"""`bundle`: one file out of the guide, for readers without a network, or for apps."""
