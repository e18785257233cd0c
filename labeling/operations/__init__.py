"""Machine work in the background: what an operation is, its engine, its pages.

It knows how to run a kind of work, never which kinds there are: higher packages register theirs.
"""
