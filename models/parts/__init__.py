"""Parts: a few numbers of an owner's own (a platform, a task) around layers that all owners share."""
