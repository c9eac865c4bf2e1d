"""What the command line can do: one file a subject, how it is called beside what it does."""
