"""Commands about the desk as a whole."""
