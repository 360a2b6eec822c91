"""What is told of a night: its facts read once, said in words, drawn as charts, shown as a page and as artifacts."""
