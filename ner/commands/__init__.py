"""The commands of `bert-ner`: each takes its options, calls one function and prints what that returns.

Whatever needs torch, which takes seconds, is imported inside the commands, so that `--help` comes at once; and there
after a look at the input, so that what is wrong with it comes at once too.
"""
